import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ClusterInfo } from '../../../src/cluster/index.ts';
import type { Log } from '../../../src/runtime/progress.ts';
import { type Platform, usePlatform } from '../platform.ts';
import { type Explanation, type Found, needless, unexplained } from './verdict.ts';

export interface DifferentialSuite {
  /** What is compared, and with whom: `JobSets under JobSet 0.12.0`. */
  readonly title: string;
  /** Names of the scenarios, each after the conformance case that it proves, if any: `[training 22] volcano: …`. */
  readonly scenarios: readonly string[];
  readonly explanations: readonly Explanation[];
  /** Plays all of them on both sides. */
  play(platform: Platform, cluster: ClusterInfo, log: Log): Promise<readonly Found[]>;
}

/** Two controllers need minutes to settle after every act: not for every run of all tests. */
const WANTED = process.env.ARMATURE_DIFFERENTIAL === '1';

/** The tests of one comparison; call it at the top of a test file. */
export function differentialSuite({ title, scenarios, explanations, play }: DifferentialSuite): void {
  if (!WANTED) {
    test.skip(`${title} and here are alike (skipped: takes minutes; npm run differential)`, () => {});
    return;
  }
  describe(`the same ${title} and here`, () => {
    const platform = usePlatform({ controller: false });
    const all: Found[] = [];

    beforeAll(async () => {
      const log = (line: string) => process.stderr.write(`  ${line}\n`);
      all.push(...(await play(platform, platform.cluster as unknown as ClusterInfo, log)));
    }, 900_000);

    test.each(scenarios)('%s: nothing differs that is not explained', (name) => {
      const scenario = name.replace(/^\[[^\]]*\] /, '');
      const mine = all.filter((difference) => difference.scenario === scenario);
      expect(unexplained(mine, explanations)).toEqual([]);
    });

    test('every explanation is needed', () => {
      expect(needless(all, explanations)).toEqual([]);
    });
  });
}
