import { phaseOf } from '../../api/pod-phase.ts';
import type { TrainingOptions } from '../options.ts';
import { isTerminating, type Seat } from '../pod-state.ts';
import { isSsh, launcherName, launcherWorks, type MPIJobView, slotsOf, workerNames } from './job.ts';

/** What mpirun reads to find the places where processes may run: the launcher first, if it is one of them. */
export function hostfile(job: MPIJobView, options: TrainingOptions): string {
  const pods = [...(launcherWorks(job) ? [launcherName(job)] : []), ...workerNames(job)];
  const openMpi = !isSsh(job) || (job.spec.mpiImplementation ?? 'OpenMPI') === 'OpenMPI';
  const slots = openMpi ? ` slots=${slotsOf(job)}` : `:${slotsOf(job)}`;
  return pods.map((pod) => `${hostOf(job, pod, options)}${slots}\n`).join('');
}

/** For elastic Horovod, which runs it again and again: the places whose pods run at this moment. */
export function discoverHosts(job: MPIJobView, seats: readonly Seat[], options: TrainingOptions): string {
  const running = seats.filter(({ pod }) => pod && phaseOf(pod) === 'Running' && !isTerminating(pod));
  const listed = running.filter(({ type }) => type === 'Worker' || launcherWorks(job));
  const slots = isSsh(job) ? '' : `:${slotsOf(job)}`;
  return ['#!/bin/sh', ...listed.map(({ name }) => `echo ${hostOf(job, name, options)}${slots}`), ''].join('\n');
}

/** By exec a place is the name of a pod; over ssh it is a name that resolves. */
function hostOf(job: MPIJobView, pod: string, { clusterDomain }: TrainingOptions): string {
  if (!isSsh(job)) return pod;
  return `${pod}.${job.name}.${job.namespace}.svc${clusterDomain ? `.${clusterDomain}` : ''}`;
}
