import { join } from 'node:path';
import { buildBundle } from '../scripts/images/bundle.ts';
import { NODE_ENVIRONMENT } from '../scripts/images/node-environment.ts';
import type { Api } from '../test/support/api.ts';
import { ControllerProcess } from '../test/support/controller-process.ts';
import { installIdentity } from '../test/support/identity.ts';
import type { Contestant } from './contestant.ts';

/** Our controller: the bundle that the image runs, in the image's environment, under exactly the generated roles. */
export async function armature(api: Api) {
  const folder = join(import.meta.dirname, '..', 'build', 'bench');
  await buildBundle(folder);
  const { user, kubeconfig } = await installIdentity(api);
  const program = join(folder, 'armature.mjs');
  const launch = (flags: readonly string[] = []) =>
    ControllerProcess.start({
      kubeconfig,
      program,
      environment: NODE_ENVIRONMENT,
      nodeOptions: NODE_ENVIRONMENT.NODE_OPTIONS,
      flags,
      readyWithinMs: 120_000,
    });
  const run = (name: string, flags: readonly string[]): Contestant => ({
    name,
    users: [user],
    start: async () => [await launch(flags)],
  });
  return {
    user,
    launch,
    asShipped: run('armature', []),
    throttled: run('armature, limited like its peer (20 qps, burst 30)', ['--kube-api-qps=20', '--kube-api-burst=30']),
  };
}
