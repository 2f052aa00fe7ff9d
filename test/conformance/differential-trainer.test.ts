import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ClusterInfo } from '../../src/cluster/index.ts';
import { duel } from '../support/differential/duel.ts';
import { TRAINER_EXPLANATIONS } from '../support/differential/trainer-explanations.ts';
import { TRAINER_SCENARIOS } from '../support/differential/trainer-scenarios.ts';
import { TRAINER_WORLD } from '../support/differential/trainer-world.ts';
import { type Found, needless, unexplained } from '../support/differential/verdict.ts';
import { trainer } from '../support/peers/trainer.ts';
import { usePlatform } from '../support/platform.ts';

const wanted = process.env.ARMATURE_DIFFERENTIAL === '1';

if (!wanted)
  test.skip('TrainJobs under Kubeflow Trainer 2.3.0 and here are alike (skipped: takes minutes; npm run differential)', () => {});
else
  describe('the same TrainJobs under Kubeflow Trainer 2.3.0 and here', () => {
    const platform = usePlatform({ controller: false });
    const all: Found[] = [];

    beforeAll(async () => {
      const log = (line: string) => process.stderr.write(`  ${line}\n`);
      const peer = await trainer(platform.api, platform.cluster as unknown as ClusterInfo, log);
      const options = {
        world: TRAINER_WORLD,
        scenarios: TRAINER_SCENARIOS,
        startPeer: () => peer.start(),
        quietMs: 4000,
        oneAfterTheOther: true,
      };
      all.push(...(await duel(platform, options)));
    }, 900_000);

    test.each(TRAINER_SCENARIOS.map(({ name }) => name))('%s: nothing differs that is not explained', (name) => {
      const mine = all.filter(({ scenario }) => scenario === name);
      expect(unexplained(mine, TRAINER_EXPLANATIONS)).toEqual([]);
    });

    test('every explanation is needed', () => {
      expect(needless(all, TRAINER_EXPLANATIONS)).toEqual([]);
    });
  });
