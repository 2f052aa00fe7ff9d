import type { PyTorchJobSpec } from '../../api/kubeflow-org.ts';
import type { EnvVar } from '../../api/pod-template.ts';
import { attemptNumber } from '../attempt.ts';
import { elasticBounds } from '../elastic-bounds.ts';
import { type Job, podName, portNumber, type ReplicaRef, replicaOf, totalReplicas } from '../job.ts';
import type { NamedPort } from '../job-kind.ts';
import { env, UNBUFFERED } from './variables.ts';

/**
 * What torch.distributed (`MASTER_ADDR`, `RANK`, ...) and torchrun (`PET_*`) read. Appended to the container's own
 * environment: of two variables of one name the later one, ours, wins, as upstream.
 */
export function pytorchEnvironment(job: Job<PyTorchJobSpec>, replica: ReplicaRef, port: NamedPort): readonly EnvVar[] {
  return [
    UNBUFFERED,
    ...masterEnvironment(job, replica, port),
    env('TORCHELASTIC_RESTART_COUNT', attemptNumber(job.status) - 1),
    ...processEnvironment(job),
    ...(job.spec.elasticPolicy ? elasticEnvironment(job, port) : [env('PET_NNODES', totalReplicas(job))]),
  ];
}

function masterEnvironment(job: Job<PyTorchJobSpec>, replica: ReplicaRef, port: NamedPort): readonly EnvVar[] {
  const master = replicaOf(job, 'Master');
  if (!master) return [];
  const address = podName(job, { type: 'Master', index: 0 });
  const masterPort = portNumber(master, port.name) ?? port.number;
  const rank = replica.type === 'Master' ? replica.index : replica.index + 1;
  return [
    env('MASTER_PORT', masterPort),
    env('PET_MASTER_PORT', masterPort),
    env('MASTER_ADDR', address),
    env('PET_MASTER_ADDR', address),
    env('WORLD_SIZE', totalReplicas(job) * processesPerNode(job.spec.nprocPerNode)),
    env('RANK', rank),
    env('PET_NODE_RANK', rank),
  ];
}

/** `auto`, `cpu` and `gpu` are known only to torchrun inside the pod and count as 1 here. */
function processesPerNode(value: string | undefined): number {
  return value && /^\d+$/.test(value) ? Number(value) : 1;
}

function processEnvironment(job: Job<PyTorchJobSpec>): readonly EnvVar[] {
  const { nprocPerNode, elasticPolicy } = job.spec;
  if (nprocPerNode === undefined && elasticPolicy?.nProcPerNode !== undefined) return [];
  return [env('PET_NPROC_PER_NODE', nprocPerNode ?? 'auto')];
}

function elasticEnvironment(job: Job<PyTorchJobSpec>, port: NamedPort): readonly EnvVar[] {
  const policy = job.spec.elasticPolicy ?? {};
  const worker = replicaOf(job, 'Worker');
  const host = policy.rdzvHost ?? podName(job, { type: 'Worker', index: 0 });
  const rdzvPort = policy.rdzvPort ?? (worker && portNumber(worker, port.name)) ?? port.number;
  const { min, max } = elasticBounds(job, policy);
  const conf = (policy.rdzvConf ?? []).map(({ key, value }) => `${key ?? ''}=${value ?? ''}`).join(',');
  return [
    env('PET_RDZV_ENDPOINT', `${host}:${rdzvPort}`),
    env('PET_RDZV_BACKEND', policy.rdzvBackend ?? 'c10d'),
    env('PET_NNODES', `${min}:${max}`),
    ...(policy.maxRestarts === undefined ? [] : [env('PET_MAX_RESTARTS', policy.maxRestarts)]),
    ...(policy.nProcPerNode === undefined ? [] : [env('PET_NPROC_PER_NODE', policy.nProcPerNode)]),
    ...(policy.rdzvId === undefined ? [] : [env('PET_RDZV_ID', policy.rdzvId)]),
    ...(conf === '' ? [] : [env('PET_RDZV_CONF', conf)]),
    ...(policy.standalone ? [env('PET_STANDALONE', '')] : []),
  ];
}
