import { setTimeout as delay } from 'node:timers/promises';
import { type ClusterInfo, ensureBinaries, type Recipe, serviceAccountKubeconfig } from '../../../src/cluster/index.ts';
import type { Api } from '../api.ts';
import { installAccount } from './account.ts';
import { type Runner, startPeer } from './peer-process.ts';

const MPI_OPERATOR: Recipe = {
  name: 'mpi-operator',
  modules: ['github.com/kubeflow/mpi-operator@v0.8.2'],
  programs: { 'mpi-operator': 'github.com/kubeflow/mpi-operator/cmd/mpi-operator' },
};
const HOME = 'mpi-operator';

/** Fixed in the program. */
const HEALTH_PORT = 8080;

/** Kubeflow's mpi-operator 0.8.2, built from its module; it takes the jobs of one namespace. */
export async function mpiOperator(api: Api, cluster: ClusterInfo, log: (line: string) => void) {
  const { 'mpi-operator': program = '' } = await ensureBinaries(log, undefined, [MPI_OPERATOR]);
  await installAccount(api, HOME, 'mpi-operator');
  const kubeconfig = await serviceAccountKubeconfig(cluster, HOME, 'mpi-operator');
  return {
    async start(namespace: string): Promise<Runner> {
      const limits = ['--kube-api-qps=1000', '--kube-api-burst=1000', '--controller-queue-rate-limit=1000'];
      const runner = await startPeer({
        name: 'mpi-operator',
        program,
        kubeconfig,
        args: [`--namespace=${namespace}`, `--kubeConfig=${kubeconfig}`, `--lock-namespace=${HOME}`, ...limits],
        readyUrl: `http://127.0.0.1:${HEALTH_PORT}/healthz`,
      });
      await delay(3000);
      return runner;
    },
  };
}
