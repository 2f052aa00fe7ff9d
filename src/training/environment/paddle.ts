import type { PaddleJobSpec } from '../../api/kubeflow-org.ts';
import type { EnvVar } from '../../api/pod-template.ts';
import { elasticBounds } from '../elastic-bounds.ts';
import { type Job, podName, portNumber, type ReplicaRef, replicaOf, totalReplicas } from '../job.ts';
import type { NamedPort } from '../job-kind.ts';
import { env, UNBUFFERED } from './variables.ts';

const MASTER = 'PADDLE_MASTER';

/**
 * What `paddle.distributed.launch` reads, in preference to its arguments. Workers alone train collectively and meet at
 * worker 0; a Master makes them trainers with parameter servers, the Masters, and they meet at the first of those.
 */
export function paddleEnvironment(job: Job<PaddleJobSpec>, replica: ReplicaRef, port: NamedPort): readonly EnvVar[] {
  return [
    UNBUFFERED,
    env('PADDLE_JOB_ID', job.name),
    ...(meetsAtEtcd(job, replica) ? elasticEnvironment(job) : rendezvousEnvironment(job, replica, port)),
    ...(replicaOf(job, 'Master')
      ? [env(replica.type === 'Master' ? 'PADDLE_SERVER_NUM' : 'PADDLE_TRAINER_NUM', 1)]
      : []),
  ];
}

/** The pod that the others meet at calls itself by its IP: it has to listen there before its name resolves. */
function rendezvousEnvironment(job: Job, { type, index }: ReplicaRef, port: NamedPort): readonly EnvVar[] {
  const host = { type: replicaOf(job, 'Master') ? 'Master' : 'Worker', index: 0 };
  const hosts = replicaOf(job, host.type);
  const number = (hosts && portNumber(hosts, port.name)) ?? port.number;
  const nodes = env('PADDLE_NNODES', totalReplicas(job));
  if (type !== host.type || index !== host.index) return [nodes, env(MASTER, `${podName(job, host)}:${number}`)];
  return [
    nodes,
    { name: 'POD_IP_DUMMY', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    env(MASTER, `$(POD_IP_DUMMY):${number}`),
  ];
}

/** Paddle lets workers come and go only where they meet at an etcd, which the author of the job names. */
function meetsAtEtcd(job: Job<PaddleJobSpec>, { type }: ReplicaRef): boolean {
  const replica = replicaOf(job, type);
  const own = replica?.template.spec?.containers[replica.main]?.env?.findLast(({ name }) => name === MASTER);
  return job.spec.elasticPolicy !== undefined && (own?.value?.startsWith('etcd://') ?? false);
}

function elasticEnvironment(job: Job<PaddleJobSpec>): readonly EnvVar[] {
  const policy = job.spec.elasticPolicy ?? {};
  const { min, max } = elasticBounds(job, policy);
  return [
    env('PADDLE_NNODES', `${min}:${max}`),
    ...(policy.maxRestarts === undefined ? [] : [env('PADDLE_MAX_RESTART', policy.maxRestarts)]),
  ];
}
