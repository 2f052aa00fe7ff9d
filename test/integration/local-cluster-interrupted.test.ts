import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clusterDown, clusterUp, ensureBinaries } from '../../src/cluster/index.ts';
import { clusterPaths } from '../../src/cluster/paths.ts';
import { call } from '../cluster/kube.ts';
import { NO_TRACES, tracesOf } from '../cluster/traces.ts';
import { eventually, settles } from '../support/eventually.ts';

const NAME = 'interrupt-test';
const NODES = 'fake:1';
const MINUTES = 60_000;
/** The machine may be busy, and the moment is short. */
const PATIENT = { timeoutMs: 60_000, everyMs: 2 };

beforeAll(async () => {
  await ensureBinaries(() => undefined);
  await clusterDown(NAME);
}, 20 * MINUTES);

afterAll(() => clusterDown(NAME), MINUTES);

/** Runs `armature cluster up` and sends a signal as soon as a component was started. @returns how the command ended. */
async function interruptedUp(component: string, signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
  const command = spawn(process.execPath, ['src/cli/main.ts', 'cluster', 'up', '--name', NAME, '--nodes', NODES], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: 'ignore',
  });
  const ended = once(command, 'exit');
  const started = join(clusterPaths(NAME).pids, component);
  await eventually(`${component} to be started`, async () => existsSync(started), PATIENT);
  command.kill(signal);
  const [, by] = (await ended) as [number | null, NodeJS.Signals | null];
  return by;
}

/** What an etcd that is killed in its first moments leaves now and then: data with which none starts again. */
function damageUnprovenData(): void {
  const { etcd, etcdUnproven } = clusterPaths(NAME);
  if (!existsSync(etcdUnproven)) return;
  const log = join(etcd, 'member', 'wal');
  mkdirSync(log, { recursive: true });
  writeFileSync(join(log, '0000000000000000-0000000000000000.wal'), 'broken');
}

describe('a cluster that is interrupted while it comes up', () => {
  test.each([
    ['SIGINT', 'etcd'],
    ['SIGTERM', 'kube-apiserver'],
    ['SIGHUP', 'kwok'],
  ] as const)(
    'by %s, right after %s was started: nothing runs on, and down leaves nothing',
    async (signal, component) => {
      expect(await interruptedUp(component, signal)).toBe(signal);
      await settles(async () => expect(tracesOf(NAME).processes).toEqual([]));
      await clusterDown(NAME);
      expect(tracesOf(NAME)).toEqual(NO_TRACES);
    },
    3 * MINUTES,
  );

  test.each([
    ['SIGINT', 'kube-apiserver'],
    ['SIGKILL', 'kube-scheduler'],
  ] as const)(
    'by %s, right after %s was started: the next up goes on',
    async (signal, component) => {
      expect(await interruptedUp(component, signal)).toBe(signal);
      damageUnprovenData();
      const info = await clusterUp({ name: NAME, nodes: NODES });
      expect((await call(info.kubeconfig, 'GET', '/api/v1/nodes/fake-0')).code).toBe(200);
      expect(tracesOf(NAME).processes.sort()).toEqual(Object.values(info.pids).sort());
      await clusterDown(NAME);
      expect(tracesOf(NAME)).toEqual(NO_TRACES);
    },
    3 * MINUTES,
  );
});
