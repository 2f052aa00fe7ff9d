import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { differences } from '../support/fault-differences.ts';
import type { WriteFault } from '../support/fault-proxy.ts';
import { FaultRig, type Outcome, type Scenario } from '../support/fault-rig.ts';
import { mpiJob } from '../support/mpi-job.ts';
import { usePlatform } from '../support/platform.ts';
import { jaxJob, jobWith } from '../support/pytorch-job.ts';
import { completion, restart, success, suspendResume, wholeRestart } from '../support/scenarios.ts';

const platform = usePlatform({ controller: false });
let rig: FaultRig;

beforeAll(async () => {
  rig = await FaultRig.start(platform.api, platform.identity);
}, 60_000);
afterAll(() => rig?.stop(), 30_000);

const KILLS: readonly WriteFault[] = [{ kind: 'kill-before' }, { kind: 'kill-after' }, { kind: 'reset-after' }];
const ANSWERS: readonly WriteFault[] = [409, 410, 429, 503].map((code) => ({ kind: 'answer', code, times: 1 }));
const PERSISTENT: WriteFault = { kind: 'answer', code: 500, times: 3 };
const MANY_RUNS = 600_000;
/** `ARMATURE_FAULTS=all` plays every fault at every write; else each write has one of them, and each its turn. */
const EVERY_FAULT = process.env.ARMATURE_FAULTS === 'all';

const faultsAt = (at: number, faults: readonly WriteFault[]): readonly WriteFault[] =>
  EVERY_FAULT ? faults : [faults[at % faults.length] as WriteFault];

/** Plays the scenario with faults at every write; collects what differs from the clean run. */
async function matrix(scenario: Scenario, faults: readonly WriteFault[]): Promise<string[]> {
  const clean = await rig.play(scenario, await platform.namespace());
  expect(clean.writes.length).toBeGreaterThan(0);
  const problems: string[] = [];
  for (let at = 1; at <= clean.writes.length; at++)
    for (const fault of faultsAt(at, faults)) {
      const known = problems.length;
      const what = `${scenario.name}: ${describeFault(fault)} at write ${at} of ${clean.writes.length}`;
      try {
        const outcome = await rig.play(scenario, await platform.namespace(), at, fault);
        problems.push(...differences(clean, outcome).map((difference) => `${what}: ${difference}`));
      } catch (error) {
        problems.push(`${what}: ${error instanceof Error ? error.message : error}`);
      }
      for (const problem of problems.slice(known)) process.stderr.write(`    ${problem}\n`);
    }
  return problems;
}

describe('a PyTorchJob ends as if nothing had happened', () => {
  test(
    'three clean runs end alike',
    async () => {
      const runs: Outcome[] = [];
      for (let run = 0; run < 3; run++) runs.push(await rig.play(success(platform.api), await platform.namespace()));
      expect(differences(runs[0]!, runs[1]!)).toEqual([]);
      expect(differences(runs[0]!, runs[2]!)).toEqual([]);
    },
    MANY_RUNS,
  );

  test(
    'success: the controller dies, or hears nothing, at each write',
    async () => {
      expect(await matrix(success(platform.api), KILLS)).toEqual([]);
    },
    MANY_RUNS,
  );

  test(
    'success: each write is refused once with 409, 410, 429 or 503, or three times with 500',
    async () => {
      expect(await matrix(success(platform.api), [...ANSWERS, PERSISTENT])).toEqual([]);
    },
    MANY_RUNS,
  );

  test(
    'restart of a worker: the controller dies, or hears nothing, at each write',
    async () => {
      expect(await matrix(restart(platform.api), KILLS)).toEqual([]);
    },
    MANY_RUNS,
  );

  test(
    'restart as a whole: the controller dies, or hears nothing, at each write; the attempt is counted once',
    async () => {
      expect(await matrix(wholeRestart(platform.api), KILLS)).toEqual([]);
    },
    MANY_RUNS,
  );

  test(
    'suspend and resume: the controller dies, or hears nothing, at each write',
    async () => {
      expect(await matrix(suspendResume(platform.api), KILLS)).toEqual([]);
    },
    MANY_RUNS,
  );

  test(
    'watches that break, expire or lag change nothing',
    async () => {
      const scenario = success(platform.api);
      const clean = await rig.play(scenario, await platform.namespace());
      const namespace = await platform.namespace();
      const dropping = setInterval(() => rig.proxy.dropWatches(), 150);
      const dropped = await rig.play(scenario, namespace).finally(() => clearInterval(dropping));
      expect(differences(clean, dropped)).toEqual([]);

      rig.proxy.expireNextWatches(4);
      rig.proxy.dropWatches();
      expect(differences(clean, await rig.play(scenario, await platform.namespace()))).toEqual([]);

      rig.proxy.delayEvents(2000);
      const late = await rig.play(scenario, await platform.namespace()).finally(() => rig.proxy.delayEvents(0));
      expect(differences(clean, late)).toEqual([]);
    },
    MANY_RUNS,
  );

  test(
    'an apiserver that cannot stream lists is listed page by page',
    async () => {
      const clean = await rig.play(success(platform.api), await platform.namespace());
      rig.proxy.refuseWatchLists(true);
      await rig.replaceController();
      const listed = await rig.play(success(platform.api), await platform.namespace());
      rig.proxy.refuseWatchLists(false);
      expect(differences(clean, listed)).toEqual([]);
    },
    MANY_RUNS,
  );
});

describe('jobs of other kinds end as if nothing had happened', () => {
  const cleaned = { runPolicy: { cleanPodPolicy: 'All' } };
  test.each([
    ['TFJob', (namespace: string) => jobWith('TFJob', { namespace, name: 'j' }, { PS: 1, Worker: 1 }, cleaned)],
    [
      'XGBoostJob',
      (namespace: string) => jobWith('XGBoostJob', { namespace, name: 'j' }, { Master: 1, Worker: 1 }, cleaned),
    ],
    ['PaddleJob', (namespace: string) => jobWith('PaddleJob', { namespace, name: 'j' }, { Worker: 2 }, cleaned)],
    ['JAXJob', (namespace: string) => jaxJob(namespace, 'j', { worker: 2, ...cleaned })],
  ])(
    '%s: the controller dies, or hears nothing, at each write',
    async (_kind, jobIn) => {
      expect(await matrix(completion(platform.api, 2, jobIn), KILLS)).toEqual([]);
    },
    MANY_RUNS,
  );

  test(
    '[training 26] MPIJob by exec: the controller dies, or hears nothing, at each write',
    async () => {
      const jobIn = (namespace: string) => {
        const job = mpiJob('v2beta1', namespace, 2, { cleanPodPolicy: 'All' });
        return { ...job, spec: { ...(job.spec as object), transport: 'exec' } };
      };
      const launcher = (pod: string) => pod === 'j-launcher';
      expect(await matrix(completion(platform.api, 3, jobIn, launcher), KILLS)).toEqual([]);
    },
    MANY_RUNS,
  );
});

function describeFault(fault: WriteFault): string {
  return fault.kind === 'answer' ? `${fault.code} (${fault.times}x)` : fault.kind;
}
