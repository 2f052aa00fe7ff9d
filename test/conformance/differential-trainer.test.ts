import { duel } from '../support/differential/duel.ts';
import { differentialSuite } from '../support/differential/suite.ts';
import { TRAINER_EXPLANATIONS } from '../support/differential/trainer-explanations.ts';
import { TRAINER_SCENARIOS } from '../support/differential/trainer-scenarios.ts';
import { TRAINER_WORLD } from '../support/differential/trainer-world.ts';
import { trainer } from '../support/peers/trainer.ts';

differentialSuite({
  title: 'TrainJobs under Kubeflow Trainer 2.3.0',
  scenarios: TRAINER_SCENARIOS.map(({ name }) => name),
  explanations: TRAINER_EXPLANATIONS,
  play: async (platform, cluster, log) => {
    const peer = await trainer(platform.api, cluster, log);
    return duel(platform, {
      world: TRAINER_WORLD,
      scenarios: TRAINER_SCENARIOS,
      startPeer: () => peer.start(),
      quietMs: 4000,
      oneAfterTheOther: true,
    });
  },
});
