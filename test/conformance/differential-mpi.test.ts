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
import { differentialSuite } from '../support/differential/suite.ts';
import { mpiOperator } from '../support/peers/mpi-operator.ts';

const GANGS: readonly GangScenarios[] = [
  { gang: VOLCANO, scenarios: MPI_VOLCANO_SCENARIOS },
  { gang: SCHEDULER_PLUGINS, scenarios: MPI_SCHEDULER_PLUGINS_SCENARIOS },
];

differentialSuite({
  title: 'MPIJobs under mpi-operator 0.8.2',
  scenarios: [...MPI_SCENARIOS.map(({ name }) => name), ...gangNames(GANGS)],
  explanations: MPI_EXPLANATIONS,
  play: async (platform, cluster, log) => {
    const operator = await mpiOperator(platform.api, cluster, log);
    const fight = (scenarios: readonly Scenario[], gang?: GangScheduler) =>
      duel(platform, {
        world: mpiWorld(gang?.kind),
        scenarios,
        startPeer: (namespace) => operator.start(namespace, gang ? [`--gang-scheduling=${gang.scheduler}`] : []),
        flags: gang ? [`--gang-scheduler-name=${gang.scheduler}`] : [],
        quietMs: 12_000,
      });
    return [...(await fight(MPI_SCENARIOS)), ...(await gangDuels(platform, GANGS, fight))];
  },
});
