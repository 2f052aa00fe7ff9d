import type { EnvVar } from '../../api/pod-template.ts';
import { type Job, podName, portNumber, type ReplicaRef, replicaOf, totalReplicas } from '../job.ts';
import type { NamedPort } from '../job-kind.ts';
import { env, UNBUFFERED } from './variables.ts';

/**
 * What XGBoost's tracker and its clients are told: the tracker runs on the Master, the process of rank 0. LightGBM, which
 * runs under this kind too, needs the addresses of all workers.
 */
export function xgboostEnvironment(job: Job, { type, index }: ReplicaRef, port: NamedPort): readonly EnvVar[] {
  const total = totalReplicas(job);
  const masters = replicaOf(job, 'Master')?.count ?? 0;
  return [
    env('MASTER_PORT', portOf(job, 'Master', port)),
    env('MASTER_ADDR', podName(job, { type: 'Master', index: 0 })),
    env('WORLD_SIZE', total),
    env('RANK', type === 'Master' ? index : index + masters),
    UNBUFFERED,
    ...(total > 1
      ? [env('WORKER_PORT', portOf(job, 'Worker', port)), env('WORKER_ADDRS', workerNames(job).join(','))]
      : []),
  ];
}

function portOf(job: Job, type: string, port: NamedPort): number {
  const replica = replicaOf(job, type);
  return (replica && portNumber(replica, port.name)) ?? port.number;
}

const workerNames = (job: Job): readonly string[] =>
  Array.from({ length: replicaOf(job, 'Worker')?.count ?? 0 }, (_, index) => podName(job, { type: 'Worker', index }));
