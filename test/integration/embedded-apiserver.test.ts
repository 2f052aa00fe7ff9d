import { describe, expect, test } from '@jest/globals';
import { sequenceOf } from '../support/embedded-compare/generate.ts';
import type { Difference } from '../support/embedded-compare/play.ts';
import { describeDifference } from '../support/embedded-compare/report.ts';
import { CompareRig } from '../support/embedded-compare/rig.ts';
import { shrunk } from '../support/embedded-compare/shrink.ts';
import { SeededSearch } from '../support/seeded-search.ts';

const search = new SeededSearch(
  {
    variables: 'ARMATURE_COMPARE',
    cases: Number(process.env.ARMATURE_COMPARE_SEQUENCES ?? 100),
    cluster: 'embedded-compare',
    atATime: 48,
  },
  CompareRig.open,
);
/** The real controllers race each other; what differs by what they do comes again when it is played again. */
const REPEATS = 2;

async function comesAgain({ sequence }: Difference): Promise<boolean> {
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    if (await search.rig.play(sequence)) return true;
  }
  return false;
}

async function lastingDifference(seed: number, number: number): Promise<Difference | undefined> {
  const difference = await search.rig.play(sequenceOf(seed, number));
  if (!difference || (await comesAgain(difference))) return difference;
  console.log(`differed once, and not again: ${describeDifference(difference)}`);
  return undefined;
}

describe('the embedded apiserver and kube-apiserver', () => {
  test(
    `answer alike: ${search.title}`,
    async () => {
      const reports: string[] = [];
      for (const difference of await search.found(lastingDifference)) {
        reports.push(describeDifference(await shrunk(difference, (sequence) => search.rig.play(sequence))));
      }
      expect(reports.join('\n\n')).toBe('');
    },
    60_000 + search.cases.length * 1_000,
  );
});
