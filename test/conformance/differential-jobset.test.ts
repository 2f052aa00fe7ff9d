import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ClusterInfo } from '../../src/cluster/index.ts';
import { duel } from '../support/differential/duel.ts';
import { JOB_SET_EXPLANATIONS } from '../support/differential/jobset-explanations.ts';
import { JOB_SET_SCENARIOS } from '../support/differential/jobset-scenarios.ts';
import { JOB_SET_WORLD } from '../support/differential/jobset-world.ts';
import { type Found, needless, unexplained } from '../support/differential/verdict.ts';
import { addPools } from '../support/node-pools.ts';
import { jobSetController } from '../support/peers/jobset.ts';
import { usePlatform } from '../support/platform.ts';

const wanted = process.env.ARMATURE_DIFFERENTIAL === '1';

if (!wanted)
  test.skip('JobSets under JobSet 0.12.0 and here are alike (skipped: takes minutes; npm run differential)', () => {});
else
  describe('the same JobSets under JobSet 0.12.0 and here', () => {
    const platform = usePlatform({ controller: false });
    const all: Found[] = [];

    beforeAll(async () => {
      const log = (line: string) => process.stderr.write(`  ${line}\n`);
      const peer = await jobSetController(platform.api, platform.cluster as unknown as ClusterInfo, log);
      // Pods of the first side stay where they are while the second has its turn.
      const removePools = await addPools(platform.api, 8);
      const options = {
        world: JOB_SET_WORLD,
        scenarios: JOB_SET_SCENARIOS,
        startPeer: (namespace: string) => peer.start(namespace),
        quietMs: 6000,
        oneAfterTheOther: true,
      };
      all.push(...(await duel(platform, options).finally(removePools)));
    }, 900_000);

    test.each(JOB_SET_SCENARIOS.map(({ name }) => name))('%s: nothing differs that is not explained', (name) => {
      const mine = all.filter(({ scenario }) => scenario === name);
      expect(unexplained(mine, JOB_SET_EXPLANATIONS)).toEqual([]);
    });

    test('every explanation is needed', () => {
      expect(needless(all, JOB_SET_EXPLANATIONS)).toEqual([]);
    });
  });
