import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { type ClusterInfo, ensureBinaries, type Recipe, serviceAccountKubeconfig } from '../../../src/cluster/index.ts';
import type { Api } from '../api.ts';
import { freePort } from '../free-port.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { installAccount } from './account.ts';
import { type Runner, startPeer } from './peer-process.ts';

const TRAINER: Recipe = {
  name: 'trainer',
  modules: ['github.com/kubeflow/trainer/v2@v2.3.0'],
  programs: { trainer: 'github.com/kubeflow/trainer/v2/cmd/trainer-controller-manager' },
};
const HOME = 'kubeflow-system';

/** Kubeflow Trainer 2.3.0, built from its module; its webhooks are left out. */
export async function trainer(api: Api, cluster: ClusterInfo, log: (line: string) => void) {
  const { trainer: program = '' } = await ensureBinaries(log, undefined, [TRAINER]);
  const user = await installAccount(api, HOME, 'trainer');
  const kubeconfig = await serviceAccountKubeconfig(cluster, HOME, 'trainer');
  return {
    user,
    async start(): Promise<Runner> {
      const [health, webhook, status] = [await freePort(), await freePort(), await freePort()];
      const folder = temporaryFolder('trainer');
      const config = join(folder, 'config.yaml');
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        config,
        stringify({
          apiVersion: 'config.trainer.kubeflow.org/v1alpha1',
          kind: 'Configuration',
          health: { healthProbeBindAddress: `127.0.0.1:${health}` },
          metrics: { bindAddress: '0', secureServing: false },
          webhook: { port: webhook, host: '127.0.0.1' },
          leaderElection: { leaderElect: false },
          certManagement: { enable: false },
          clientConnection: { qps: 1000, burst: 1000 },
          statusServer: { port: status },
        }),
      );
      const runner = await startPeer({
        name: 'trainer',
        program,
        kubeconfig,
        args: [`--config=${config}`, '--zap-devel=false'],
        environment: { POD_NAMESPACE: HOME },
        readyUrl: `http://127.0.0.1:${health}/healthz`,
      });
      await delay(3000);
      return runner;
    },
  };
}
