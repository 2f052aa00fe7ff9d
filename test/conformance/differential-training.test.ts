import { beforeAll, describe, expect, test } from '@jest/globals';
import { SCHEDULER_PLUGINS_POD_GROUP, VOLCANO_POD_GROUP } from '../../src/api/kinds.ts';
import type { ClusterInfo } from '../../src/cluster/index.ts';
import { trainingDuel } from '../support/differential/duel.ts';
import { TRAINING_EXPLANATIONS } from '../support/differential/explanations.ts';
import { SCHEDULER_PLUGINS_SCENARIOS, VOLCANO_SCENARIOS } from '../support/differential/gang-scenarios.ts';
import { MPI_EXEC_SCENARIOS } from '../support/differential/mpi-exec-scenarios.ts';
import { OTHER_SCENARIOS } from '../support/differential/other-scenarios.ts';
import { PYTORCH_SCENARIOS } from '../support/differential/pytorch-scenarios.ts';
import { type Found, needless, unexplained } from '../support/differential/verdict.ts';
import { gangRules } from '../support/generated-rules.ts';
import { grantAlso } from '../support/identity.ts';
import { trainingOperator } from '../support/peers/training-operator.ts';
import { usePlatform } from '../support/platform.ts';
import { servePodGroups } from '../support/pod-groups.ts';

/** Two controllers need minutes to settle after every act: not for every run of all tests. */
const wanted = process.env.ARMATURE_DIFFERENTIAL === '1';
const SCENARIOS = [...PYTORCH_SCENARIOS, ...OTHER_SCENARIOS, ...MPI_EXEC_SCENARIOS];
const GANGS = [
  { scheduler: 'volcano', rules: 'volcano', kind: VOLCANO_POD_GROUP, scenarios: VOLCANO_SCENARIOS },
  {
    scheduler: 'gang',
    rules: 'scheduler-plugins',
    kind: SCHEDULER_PLUGINS_POD_GROUP,
    scenarios: SCHEDULER_PLUGINS_SCENARIOS,
  },
] as const;

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
      for (const { scheduler, rules, kind, scenarios } of GANGS) {
        const unserve = await servePodGroups(platform.api, kind);
        const ungrant = await grantAlso(platform.api, 'gang', gangRules(rules));
        try {
          const differences = await trainingDuel(platform, operator, scenarios, { name: scheduler, group: kind });
          all.push(...differences.map((found) => ({ ...found, scenario: `${rules}: ${found.scenario}` })));
        } finally {
          await ungrant();
          await unserve();
        }
      }
    }, 900_000);

    test.each(SCENARIOS.map(({ name }) => name))('%s: nothing differs that is not explained', (name) => {
      expect(
        unexplained(
          all.filter(({ scenario }) => scenario === name),
          TRAINING_EXPLANATIONS,
        ),
      ).toEqual([]);
    });

    test.each(GANGS.flatMap(({ rules, scenarios }) => scenarios.map(({ name }) => `${rules}: ${name}`)))(
      '[training 22] %s: nothing differs that is not explained',
      (name) => {
        expect(
          unexplained(
            all.filter(({ scenario }) => scenario === name),
            TRAINING_EXPLANATIONS,
          ),
        ).toEqual([]);
      },
    );

    test('every explanation is needed', () => {
      expect(needless(all, TRAINING_EXPLANATIONS)).toEqual([]);
    });
  });
