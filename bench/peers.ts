import type { ClusterInfo } from '../src/cluster/index.ts';
import type { Api } from '../test/support/api.ts';
import { jobSetController } from '../test/support/peers/jobset.ts';
import { mpiOperator } from '../test/support/peers/mpi-operator.ts';
import { trainer } from '../test/support/peers/trainer.ts';
import { TRAINING_OPERATOR_VERSION, trainingOperator } from '../test/support/peers/training-operator.ts';
import type { Contestant, Peer } from './contestant.ts';
import { log } from './log.ts';
import type { Racing } from './workload.ts';

/** Kubeflow's controller for jobs of this kind, built from its module. */
export function peerOf(kind: Racing, api: Api, cluster: ClusterInfo): Promise<Peer> {
  if (kind === 'MPIJob') return ofMpiJobs(api, cluster);
  if (kind === 'TrainJob') return ofTrainJobs(api, cluster);
  return ofTrainingOperator(kind, api, cluster);
}

/** Its webhook would only slow it. */
async function ofTrainingOperator(kind: string, api: Api, cluster: ClusterInfo): Promise<Peer> {
  const operator = await trainingOperator(api, cluster, log);
  const run = (name: string, flags: readonly string[]): Contestant => ({
    name: `training-operator ${TRAINING_OPERATOR_VERSION}, ${name}`,
    users: [operator.user],
    start: async () => [await operator.start([kind], flags)],
  });
  return {
    atDefaults: run('its defaults', []),
    tuned: run('tuned', ['--kube-api-qps=1000', '--kube-api-burst=1000', '--controller-threads=10']),
  };
}

async function ofMpiJobs(api: Api, cluster: ClusterInfo): Promise<Peer> {
  const operator = await mpiOperator(api, cluster, log);
  const start = async () => [await operator.start('', ['--threadiness=10'])];
  return { tuned: { name: 'mpi-operator 0.8.2, tuned', users: [operator.user], start } };
}

/** Two controllers; JobSet's has its webhooks, without which it lacks its defaults. */
async function ofTrainJobs(api: Api, cluster: ClusterInfo): Promise<Peer> {
  const [jobSets, trainJobs] = [await jobSetController(api, cluster, log), await trainer(api, cluster, log)];
  const start = async () => [await jobSets.start(), await trainJobs.start()];
  return { tuned: { name: 'Trainer 2.3.0 and JobSet 0.12.0', users: [jobSets.user, trainJobs.user], start } };
}
