import type { EnvVar } from '../../api/pod-template.ts';
import { type Job, podName, portNumber, type ReplicaRef, replicaOf, totalReplicas } from '../job.ts';
import type { NamedPort } from '../job-kind.ts';
import { env, UNBUFFERED } from './variables.ts';

/**
 * What a program hands to `jax.distributed.initialize`. The coordinator is worker 0; its address carries no port, as
 * upstream. Each worker is one process, numbered by its index.
 */
export function jaxEnvironment(job: Job, replica: ReplicaRef, port: NamedPort): readonly EnvVar[] {
  const workers = replicaOf(job, 'Worker');
  return [
    UNBUFFERED,
    env('COORDINATOR_PORT', (workers && portNumber(workers, port.name)) ?? port.number),
    env('COORDINATOR_ADDRESS', podName(job, { type: 'Worker', index: 0 })),
    env('NUM_PROCESSES', totalReplicas(job)),
    env('PROCESS_ID', replica.index),
  ];
}
