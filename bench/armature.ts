import { join } from 'node:path';
import { buildBundle } from '../scripts/images/bundle.ts';
import type { Api } from '../test/support/api.ts';
import { ControllerProcess } from '../test/support/controller-process.ts';
import { installIdentity } from '../test/support/identity.ts';
import type { Contestant } from './contestant.ts';

/** Heap limits as in the image. */
const NODE_OPTIONS = '--max-old-space-size=80 --max-semi-space-size=2';

/** Our controller: the bundle that the image runs, under exactly the generated roles. */
export async function armature(api: Api) {
  const folder = join(import.meta.dirname, '..', 'build', 'bench');
  await buildBundle(folder);
  const { user, kubeconfig } = await installIdentity(api);
  const program = join(folder, 'armature.mjs');
  const run = (name: string, flags: readonly string[]): Contestant => ({
    name,
    user,
    start: () => ControllerProcess.start({ kubeconfig, program, nodeOptions: NODE_OPTIONS, flags }),
  });
  return {
    asShipped: run('armature', []),
    throttled: run('armature, limited like its peer (20 qps, burst 30)', ['--kube-api-qps=20', '--kube-api-burst=30']),
  };
}
