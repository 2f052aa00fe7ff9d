import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ClusterInfo } from '../../src/cluster/index.ts';
import { duel } from '../support/differential/duel.ts';
import {
  type GangScenarios,
  type GangScheduler,
  gangDuels,
  gangNames,
  SCHEDULER_PLUGINS,
  VOLCANO,
} from '../support/differential/gang-schedulers.ts';
import { MPI_EXPLANATIONS } from '../support/differential/mpi-explanations.ts';
import {
  MPI_SCENARIOS,
  MPI_SCHEDULER_PLUGINS_SCENARIOS,
  MPI_VOLCANO_SCENARIOS,
} from '../support/differential/mpi-scenarios.ts';
import { mpiWorld } from '../support/differential/mpi-world.ts';
import type { Scenario } from '../support/differential/scenario.ts';
import { type Found, needless, unexplained } from '../support/differential/verdict.ts';
import { mpiOperator } from '../support/peers/mpi-operator.ts';
import { usePlatform } from '../support/platform.ts';

const wanted = process.env.ARMATURE_DIFFERENTIAL === '1';
const GANGS: readonly GangScenarios[] = [
  { gang: VOLCANO, scenarios: MPI_VOLCANO_SCENARIOS },
  { gang: SCHEDULER_PLUGINS, scenarios: MPI_SCHEDULER_PLUGINS_SCENARIOS },
];

if (!wanted)
  test.skip('MPIJobs under mpi-operator 0.8.2 and here are alike (skipped: takes minutes; npm run differential)', () => {});
else
  describe('the same MPIJobs under mpi-operator 0.8.2 and here', () => {
    const platform = usePlatform({ controller: false });
    const all: Found[] = [];

    beforeAll(async () => {
      const log = (line: string) => process.stderr.write(`  ${line}\n`);
      const operator = await mpiOperator(platform.api, platform.cluster as unknown as ClusterInfo, log);
      const fight = (scenarios: readonly Scenario[], gang?: GangScheduler) =>
        duel(platform, {
          world: mpiWorld(gang?.kind),
          scenarios,
          startPeer: (namespace) => operator.start(namespace, gang ? [`--gang-scheduling=${gang.scheduler}`] : []),
          flags: gang ? [`--gang-scheduler-name=${gang.scheduler}`] : [],
          quietMs: 12_000,
        });
      all.push(...(await fight(MPI_SCENARIOS)), ...(await gangDuels(platform, GANGS, fight)));
    }, 900_000);

    test.each([...MPI_SCENARIOS.map(({ name }) => name), ...gangNames(GANGS)])(
      '%s: nothing differs that is not explained',
      (name) => {
        const mine = all.filter(({ scenario }) => scenario === name);
        expect(unexplained(mine, MPI_EXPLANATIONS)).toEqual([]);
      },
    );

    test('every explanation is needed', () => {
      expect(needless(all, MPI_EXPLANATIONS)).toEqual([]);
    });
  });
