import type { KubeObject } from '../api/kube.ts';
import { SERVICE_PER_POD_ANNOTATION } from '../api/labels.ts';
import type { ContainerPort } from '../api/pod-template.ts';
import { type Job, podName, type Replica } from './job.ts';
import type { JobKind } from './job-kind.ts';
import type { TrainingOptions } from './options.ts';
import { jobLabels, objectLabels, ownedBy, replicaLabels } from './ownership.ts';

/** Whether this job gets upstream's Service for each pod; never a kind whose upstream makes none. */
export function usesServicePerPod(job: Job, options: TrainingOptions): boolean {
  if (job.unnumbered.length > 0) return false;
  const wish = job.object.metadata.annotations?.[SERVICE_PER_POD_ANNOTATION];
  return wish === undefined ? (options.servicePerPod ?? false) : wish === 'true';
}

/** The Services a live job needs: one headless one for all its pods, or one for each of them. */
export function servicesFor(kind: JobKind, job: Job, options: TrainingOptions): readonly KubeObject[] {
  if (!usesServicePerPod(job, options)) return [jobService(kind, job)];
  return job.replicas.flatMap((replica) =>
    Array.from({ length: replica.count }, (_, index) => podService(kind, job, replica, index)),
  );
}

/**
 * Gives each pod the name `<pod>.<job>.<namespace>.svc`. Addresses are published before pods are ready, because the pods
 * must find each other in order to become ready.
 */
function jobService(kind: JobKind, job: Job): KubeObject {
  return service(kind, job, job.name, objectLabels(kind, job), {
    selector: jobLabels(kind, job),
    publishNotReadyAddresses: true,
    ports: servicePorts(job.replicas.flatMap((replica) => portsOf(replica))),
  });
}

function podService(kind: JobKind, job: Job, replica: Replica, index: number): KubeObject {
  const ref = { type: replica.type, index };
  const labels = replicaLabels(kind, job, ref);
  return service(kind, job, podName(job, ref), labels, { selector: labels, ports: servicePorts(portsOf(replica)) });
}

function service(
  kind: JobKind,
  job: Job,
  name: string,
  labels: Readonly<Record<string, string>>,
  spec: object,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: job.namespace, labels, ownerReferences: ownedBy(kind, job) },
    spec: { clusterIP: 'None', ...spec },
  };
}

const portsOf = (replica: Replica): readonly ContainerPort[] =>
  replica.template.spec?.containers[replica.main]?.ports ?? [];

/** One entry for each port number; a name that is taken or missing is made from the number. */
function servicePorts(ports: readonly ContainerPort[]): readonly object[] {
  const byNumber = new Map(ports.map((port) => [`${port.containerPort}/${port.protocol ?? 'TCP'}`, port]));
  const names = new Set<string>();
  return [...byNumber.values()].map((port) => {
    const name = port.name && !names.has(port.name) ? port.name : `port-${port.containerPort}`;
    names.add(name);
    return {
      name,
      port: port.containerPort,
      targetPort: port.containerPort,
      ...(port.protocol ? { protocol: port.protocol } : {}),
    };
  });
}
