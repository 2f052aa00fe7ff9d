import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import { JAX_JOB, POD } from '../../src/api/kinds.ts';
import { connect } from '../../src/cli/connect.ts';
import { eventually } from '../support/eventually.ts';
import { testUnless } from '../support/test-unless.ts';
import { noTrainingPackages } from '../support/training-packages.ts';
import { processesWith, UserCommand } from '../support/user-command.ts';

const MINUTES = 60_000;
const noPackages = await noTrainingPackages();
const trains = testUnless(noPackages);
const endsAll = testUnless(
  noPackages ?? (process.platform === 'linux' ? undefined : 'looking for processes that are left needs Linux'),
);

/** Everything that a run starts has it in its environment, and all that it writes for a while is in it. */
let folder = '';
let mark = '';
let started: UserCommand | undefined;

const quickstart = (flags: string) => {
  started = new UserCommand(`npm run quickstart ${flags}`, { TMPDIR: folder });
  return started;
};

interface Result {
  readonly ok: boolean;
  readonly job: string;
  readonly accuracy: number;
  readonly seconds: Record<string, number>;
  readonly kubeconfig?: string;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quickstart-'));
  mark = `TMPDIR=${folder}`;
});

beforeEach(() => {
  started = undefined;
});

afterAll(() => {
  if (started) started.signal('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

async function nothingIsLeft(): Promise<void> {
  await eventually('all processes to end', async () => processesWith(mark).length === 0);
  expect(readdirSync(folder).filter((name) => name.startsWith('armature-'))).toEqual([]);
}

describe('npm run quickstart', () => {
  trains(
    'trains in two processes, says what it does, and ends with a line of JSON',
    async () => {
      const run = quickstart('-- --json');
      expect(await run.ended).toBe(0);
      const { accuracy, ...rest } = run.json<Result>();
      expect(accuracy).toBeGreaterThanOrEqual(0.9);
      const number = expect.any(Number);
      const seconds = { python: number, synth: number, platform: number, train: number, total: number };
      expect(rest).toEqual({ ok: true, job: 'quickstart/digits', seconds });
      expect(run.stderr).toMatch(/^ +rank=0 world=2 samples=\d+$/m);
      expect(run.stderr).toMatch(/^ +epoch=20 /m);
      for (const line of ['JAXJob quickstart/digits', 'Pod quickstart/digits-worker-1 (Succeeded)', 'next:'])
        expect(run.stderr).toContain(line);
    },
    5 * MINUTES,
  );

  endsAll(
    'Ctrl-C in the middle of training ends the processes of the pods, and leaves no files',
    async () => {
      const run = quickstart('');
      await run.says(/rank=0 world=2/);
      expect(processesWith(mark).filter((line) => line.includes('digits.py')).length).toBeGreaterThanOrEqual(2);
      run.interrupt();
      // npm ends itself by the signal.
      expect(await run.ended).not.toBe(0);
      expect(run.stdout).toContain('SIGINT: stopping');
      await nothingIsLeft();
    },
    5 * MINUTES,
  );

  endsAll(
    'with --keep the platform stays until a signal, which ends the processes of all pods',
    async () => {
      const run = quickstart('-- --keep --json');
      await run.says(/"ok":true.*\n/);
      const { kubeconfig = '' } = run.json<Result>();
      expect(run.stderr).toContain(`export KUBECONFIG=${kubeconfig}`);
      const client = await connect({ kubeconfig });
      const container = { name: 'jax', image: 'armature-training-jax', command: ['sleep', '4321'] };
      await client.create(JAX_JOB, {
        apiVersion: 'kubeflow.org/v1',
        kind: 'JAXJob',
        metadata: { name: 'mine', namespace: 'quickstart' },
        spec: { jaxReplicaSpecs: { Worker: { replicas: 2, template: { spec: { containers: [container] } } } } },
      });
      const sleeping = () => processesWith(mark).filter((line) => line.includes('sleep 4321'));
      await eventually('two processes', async () => sleeping().length >= 2, { timeoutMs: 30_000 });
      const { items } = await client.list(POD, { namespace: 'quickstart' });
      expect(items.map(({ metadata }) => metadata.name)).toContain('digits-worker-1');
      await client.close();
      run.signal('SIGTERM');
      await run.ended;
      await nothingIsLeft();
    },
    5 * MINUTES,
  );
});
