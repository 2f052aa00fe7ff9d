import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ClusterInfo } from '../../src/cluster/index.ts';
import { trainingDuel } from '../support/differential/duel.ts';
import { TRAINING_EXPLANATIONS } from '../support/differential/explanations.ts';
import { SCHEDULER_PLUGINS_SCENARIOS, VOLCANO_SCENARIOS } from '../support/differential/gang-scenarios.ts';
import {
  type GangScenarios,
  gangDuels,
  gangNames,
  SCHEDULER_PLUGINS,
  VOLCANO,
} from '../support/differential/gang-schedulers.ts';
import { MPI_EXEC_SCENARIOS } from '../support/differential/mpi-exec-scenarios.ts';
import { OTHER_SCENARIOS } from '../support/differential/other-scenarios.ts';
import { PYTORCH_SCENARIOS } from '../support/differential/pytorch-scenarios.ts';
import { type Found, needless, unexplained } from '../support/differential/verdict.ts';
import { trainingOperator } from '../support/peers/training-operator.ts';
import { usePlatform } from '../support/platform.ts';

/** Two controllers need minutes to settle after every act: not for every run of all tests. */
const wanted = process.env.ARMATURE_DIFFERENTIAL === '1';
const SCENARIOS = [...PYTORCH_SCENARIOS, ...OTHER_SCENARIOS, ...MPI_EXEC_SCENARIOS];
const GANGS: readonly GangScenarios[] = [
  { gang: VOLCANO, scenarios: VOLCANO_SCENARIOS },
  { gang: SCHEDULER_PLUGINS, scenarios: SCHEDULER_PLUGINS_SCENARIOS },
];

if (!wanted)
  test.skip('jobs under training-operator 1.9.4 and here are alike (skipped: takes minutes; npm run differential)', () => {});
else
  describe('the same jobs under training-operator 1.9.4 and here', () => {
    const platform = usePlatform({ controller: false });
    const all: Found[] = [];

    beforeAll(async () => {
      const log = (line: string) => process.stderr.write(`  ${line}\n`);
      const operator = await trainingOperator(platform.api, platform.cluster as unknown as ClusterInfo, log);
      all.push(...(await trainingDuel(platform, operator, SCENARIOS)));
      all.push(
        ...(await gangDuels(platform, GANGS, (scenarios, gang) => trainingDuel(platform, operator, scenarios, gang))),
      );
    }, 900_000);

    test.each(SCENARIOS.map(({ name }) => name))('%s: nothing differs that is not explained', (name) => {
      expect(
        unexplained(
          all.filter(({ scenario }) => scenario === name),
          TRAINING_EXPLANATIONS,
        ),
      ).toEqual([]);
    });

    test.each(gangNames(GANGS))('[training 22] %s: nothing differs that is not explained', (name) => {
      expect(
        unexplained(
          all.filter(({ scenario }) => scenario === name),
          TRAINING_EXPLANATIONS,
        ),
      ).toEqual([]);
    });

    test('every explanation is needed', () => {
      expect(needless(all, TRAINING_EXPLANATIONS)).toEqual([]);
    });
  });
