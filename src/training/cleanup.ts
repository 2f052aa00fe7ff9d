import type { KubeObject } from '../api/kube.ts';
import { phaseOf } from '../api/pod-phase.ts';
import type { Instant } from '../runtime/environment.ts';
import { isCheckpointClaim } from './checkpoint.ts';
import type { Job } from './job.ts';
import { isTerminating, type Pod } from './pod-state.ts';
import type { Scene } from './scene.ts';
import { usesServicePerPod } from './service.ts';

/** What `cleanPodPolicy` takes away once a job has ended; the autoscaler and the pod group go in any case. */
export function leftovers(scene: Scene): readonly KubeObject[] {
  const { cleanPodPolicy } = scene.job.runPolicy;
  const children = scene.children.filter((child) => !isTerminating(child) && !isCheckpointClaim(child));
  const kept = new Set(['Pod', 'Service', ...(scene.kind.extension?.owns ?? []).map(({ kind }) => kind.kind)]);
  const helpers = children.filter((child) => !kept.has(child.kind));
  if (cleanPodPolicy === 'None') return helpers;
  const working = scene.kind.extension?.unfinished(scene) ?? [];
  const pods = children.filter((child) => child.kind === 'Pod' && (cleanPodPolicy === 'All' || isUnfinished(child)));
  return [...helpers, ...working, ...pods, ...uselessServices(scene, children, pods)];
}

/** The job's one Service serves running pods only; one of a single pod goes with that pod. */
function uselessServices(scene: Scene, children: readonly KubeObject[], pods: readonly KubeObject[]) {
  const services = children.filter((child) => child.kind === 'Service');
  if (scene.job.runPolicy.cleanPodPolicy === 'All' || !usesServicePerPod(scene.job, scene.options)) return services;
  const kept = scene.roster.pods.filter((pod) => !isTerminating(pod) && !pods.includes(pod));
  const names = new Set(kept.map((pod) => pod.metadata.name));
  return services.filter((service) => !names.has(service.metadata.name));
}

const isUnfinished = (pod: KubeObject): boolean => ['Running', 'Pending'].includes(phaseOf(pod as Pod));

/** When a finished job is to be deleted. */
export function expiryOf(job: Job): Instant | undefined {
  const { ttlSecondsAfterFinished } = job.runPolicy;
  const { completionTime } = job.status;
  if (ttlSecondsAfterFinished === undefined || !completionTime) return undefined;
  return Date.parse(completionTime) + ttlSecondsAfterFinished * 1000;
}
