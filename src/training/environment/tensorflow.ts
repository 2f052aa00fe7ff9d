import type { TFJobSpec } from '../../api/kubeflow-org.ts';
import type { EnvVar } from '../../api/pod-template.ts';
import { type Job, portNumber, type Replica, type ReplicaRef, replicaOf, totalReplicas } from '../job.ts';
import type { HostOf, NamedPort } from '../job-kind.ts';
import { env } from './variables.ts';

/** Addresses of the pods of one type, by index. */
type AddressesOf = (type: string) => readonly string[];

/**
 * `TF_CONFIG`, as `tf.distribute` and estimators read it: who takes part, and which of them this pod is. A job of one pod
 * has none and trains by itself.
 */
export function tensorflowEnvironment(
  job: Job<TFJobSpec>,
  replica: ReplicaRef,
  port: NamedPort,
  hostOf: HostOf,
): readonly EnvVar[] {
  if (totalReplicas(job) === 1) return [];
  const addressesOf: AddressesOf = (type) => {
    const found = replicaOf(job, type);
    return found ? addresses(found, port, hostOf) : [];
  };
  const task = { type: replica.type.toLowerCase(), index: replica.index };
  const config = job.spec.enableDynamicWorker
    ? { cluster: sparseCluster(replica, addressesOf), task }
    : { cluster: wholeCluster(job, addressesOf), task, environment: 'cloud' };
  return [env('TF_CONFIG', JSON.stringify(config))];
}

function addresses(replica: Replica, port: NamedPort, hostOf: HostOf): readonly string[] {
  const number = portNumber(replica, port.name) ?? port.number;
  return Array.from({ length: replica.count }, (_, index) => `${hostOf({ type: replica.type, index })}:${number}`);
}

function wholeCluster(job: Job, addressesOf: AddressesOf): Readonly<Record<string, readonly string[]>> {
  const entries = job.replicas.map(({ type }): [string, readonly string[]] => [type.toLowerCase(), addressesOf(type)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * What a pod needs to know where workers come and go: a worker itself and all parameter servers, a parameter server only
 * itself, others nothing.
 */
function sparseCluster({ type, index }: ReplicaRef, addressesOf: AddressesOf) {
  const own = addressesOf(type)[index] ?? '';
  if (type === 'Worker') return { worker: { [index]: own }, ps: addressesOf('PS') };
  return { worker: {}, ps: type === 'PS' ? [own] : [] };
}
