import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { armature, parseCluster } from '../support/cluster.ts';
import { sequenceOf } from '../support/embedded-compare/generate.ts';
import type { Difference } from '../support/embedded-compare/play.ts';
import { describeDifference } from '../support/embedded-compare/report.ts';
import { CompareRig } from '../support/embedded-compare/rig.ts';
import { shrunk } from '../support/embedded-compare/shrink.ts';

/** A cluster of its own: thousands of namespaces go with it, not one by one. */
const CLUSTER = process.env.ARMATURE_COMPARE_CLUSTER ?? 'embedded-compare';
const SEQUENCES = Number(process.env.ARMATURE_COMPARE_SEQUENCES ?? 100);
/** The same for everybody, so that what fails on a commit is that commit's doing; another one is asked for by name. */
const SEED = Number(process.env.ARMATURE_COMPARE_SEED ?? 2026);
const REPLAY = process.env.ARMATURE_COMPARE_REPLAY;
const AT_A_TIME = Number(process.env.ARMATURE_COMPARE_PARALLEL ?? 48);
const MOST_REPORTED = 5;
/** The real controllers race each other; what differs by what they do comes again when it is played again. */
const REPEATS = 2;

let rig: CompareRig;

beforeAll(async () => {
  const { kubeconfig } = parseCluster(
    await armature('cluster', 'up', '--name', CLUSTER, '--nodes', 'fake:1', '--tuned', '--json'),
  );
  rig = await CompareRig.open(kubeconfig);
}, 1_200_000);

afterAll(async () => {
  await rig?.close();
  await armature('cluster', 'down', '--name', CLUSTER);
}, 120_000);

/** The numbers of the sequences to play; one that is replayed is named `SEED:NUMBER`. */
function planned(): readonly (readonly [number, number])[] {
  if (REPLAY) {
    const [seed = 0, number = 0] = REPLAY.split(':').map(Number);
    return [[seed, number]];
  }
  return Array.from({ length: SEQUENCES }, (_, number) => [SEED, number] as const);
}

async function comesAgain({ sequence }: Difference): Promise<boolean> {
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    if (await rig.play(sequence)) return true;
  }
  return false;
}

async function differences(): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  const waiting = [...planned()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next && found.length < MOST_REPORTED; next = waiting.shift()) {
      const difference = await rig.play(sequenceOf(...next));
      if (!difference) continue;
      if (await comesAgain(difference)) found.push(difference);
      else console.log(`differed once, and not again: ${describeDifference(difference)}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, waiting.length) }, work));
  return found;
}

describe('the embedded apiserver and kube-apiserver', () => {
  test(
    `answer ${REPLAY ? `sequence ${REPLAY}` : `${SEQUENCES} sequences of seed ${SEED}`} alike`,
    async () => {
      const reports: string[] = [];
      for (const difference of await differences()) {
        reports.push(describeDifference(await shrunk(difference, (sequence) => rig.play(sequence))));
      }
      expect(reports.join('\n\n')).toBe('');
    },
    60_000 + SEQUENCES * 1_000,
  );
});
