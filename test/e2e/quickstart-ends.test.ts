import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from '@jest/globals';
import { PYTORCH_JOB } from '../../src/api/kinds.ts';
import { connect } from '../../src/cli/connect.ts';
import { eventually } from '../support/eventually.ts';
import { testUnless } from '../support/test-unless.ts';
import { processesWith, UserCommand } from '../support/user-command.ts';

const MINUTE = 60_000;
const live = testUnless(process.platform === 'linux' ? undefined : 'looking for processes that are left needs Linux');
/** Does not mind SIGTERM, and has a child that left its session. */
const STUBBORN = `trap '' TERM; setsid sleep 4322 & while :; do sleep 4323; done`;

const folder = mkdtempSync(join(tmpdir(), 'armature-ends-'));
/** In the environment of all that is started, pods' processes included. */
const mark = `TMPDIR=${folder}`;
const all = () => processesWith(mark);
let command: UserCommand | undefined;

afterAll(() => {
  command?.signal('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

/** The platform with a job of two pods that will not end by themselves. */
async function platformWithJob(): Promise<UserCommand> {
  const up = new UserCommand(`${process.execPath} --no-warnings src/cli/main.ts up --json`, { TMPDIR: folder });
  command = up;
  await up.says(/"ok":true.*\n/);
  const client = await connect({ kubeconfig: up.json<{ kubeconfig: string }>().kubeconfig });
  const container = { name: 'pytorch', image: 'any', command: ['sh', '-c', STUBBORN] };
  const template = { spec: { containers: [container], terminationGracePeriodSeconds: 600 } };
  await client.create(PYTORCH_JOB, {
    apiVersion: 'kubeflow.org/v1',
    kind: 'PyTorchJob',
    metadata: { name: 'stubborn', namespace: 'default' },
    spec: { pytorchReplicaSpecs: { Master: { template }, Worker: { template } } },
  });
  const running = (line: string) => all().filter((found) => found.startsWith(line)).length;
  await eventually('two pods', async () => running('sleep 4322') === 2 && running('sleep 4323') === 2);
  await client.close();
  return up;
}

describe('the embedded platform ends with all processes of its pods', () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    live(
      `by ${signal}, those that ignore it and those that left their session included`,
      async () => {
        const up = await platformWithJob();
        up.signal(signal);
        expect(await up.ended).toBe(0);
        expect(all()).toEqual([]);
        expect(readdirSync(folder)).toEqual([]);
      },
      MINUTE,
    );
  }

  live(
    'at once by a second signal',
    async () => {
      const up = await platformWithJob();
      up.signal('SIGTERM');
      await eventually('the first to arrive', async () => all().length > 0);
      up.signal('SIGINT');
      await up.ended;
      await eventually('all processes to end', async () => all().length === 0, { timeoutMs: 5_000 });
    },
    MINUTE,
  );
});
