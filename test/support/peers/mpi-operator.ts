import { setTimeout as delay } from 'node:timers/promises';
import { LEASE } from '../../../src/api/kinds.ts';
import { type ClusterInfo, ensureBinaries, type Recipe, serviceAccountKubeconfig } from '../../../src/cluster/index.ts';
import type { Api } from '../api.ts';
import { eventually } from '../eventually.ts';
import { installAccount } from './account.ts';
import { type Runner, startPeer } from './peer-process.ts';

const MPI_OPERATOR: Recipe = {
  name: 'mpi-operator',
  modules: ['github.com/kubeflow/mpi-operator@v0.8.2'],
  programs: { 'mpi-operator': 'github.com/kubeflow/mpi-operator/cmd/mpi-operator' },
};
const HOME = 'mpi-operator';
const NAME = 'mpi-operator';

/** Fixed in the program. */
const HEALTH_PORT = 8080;

/** Its limits are lifted: what it does is compared, not when. */
const UNLIMITED = ['--kube-api-qps=1000', '--kube-api-burst=1000', '--controller-queue-rate-limit=1000'];

/** Kubeflow's mpi-operator 0.8.2, built from its module; it takes the jobs of one namespace, or of all for ''. */
export async function mpiOperator(api: Api, cluster: ClusterInfo, log: (line: string) => void) {
  const { [NAME]: program = '' } = await ensureBinaries(log, undefined, [MPI_OPERATOR]);
  const user = await installAccount(api, HOME, NAME);
  const kubeconfig = await serviceAccountKubeconfig(cluster, HOME, NAME);
  return {
    user,
    async start(namespace: string, flags: readonly string[] = []): Promise<Runner> {
      // One that was ended before still seems to lead.
      await api.delete(LEASE, HOME, NAME);
      return startPeer({
        name: NAME,
        program,
        kubeconfig,
        args: [`--namespace=${namespace}`, `--lock-namespace=${HOME}`, ...UNLIMITED, ...flags],
        readyUrl: `http://127.0.0.1:${HEALTH_PORT}/healthz`,
        meanwhile: () => leads(api),
      });
    },
  };
}

async function leads(api: Api): Promise<void> {
  await eventually('mpi-operator to lead', async () => {
    const lease = await api.get(LEASE, HOME, NAME);
    return Boolean(lease?.spec.holderIdentity);
  });
  await delay(3000);
}
