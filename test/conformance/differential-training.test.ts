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
import { differentialSuite } from '../support/differential/suite.ts';
import { trainingOperator } from '../support/peers/training-operator.ts';

const SCENARIOS = [...PYTORCH_SCENARIOS, ...OTHER_SCENARIOS, ...MPI_EXEC_SCENARIOS];
const GANGS: readonly GangScenarios[] = [
  { gang: VOLCANO, scenarios: VOLCANO_SCENARIOS },
  { gang: SCHEDULER_PLUGINS, scenarios: SCHEDULER_PLUGINS_SCENARIOS },
];

differentialSuite({
  title: 'jobs under training-operator 1.9.4',
  scenarios: [...SCENARIOS.map(({ name }) => name), ...gangNames(GANGS).map((name) => `[training 22] ${name}`)],
  explanations: TRAINING_EXPLANATIONS,
  play: async (platform, cluster, log) => {
    const operator = await trainingOperator(platform.api, cluster, log);
    return [
      ...(await trainingDuel(platform, operator, SCENARIOS)),
      ...(await gangDuels(platform, GANGS, (scenarios, gang) => trainingDuel(platform, operator, scenarios, gang))),
    ];
  },
});
