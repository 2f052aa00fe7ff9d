import { duel } from '../support/differential/duel.ts';
import { JOB_SET_EXPLANATIONS } from '../support/differential/jobset-explanations.ts';
import { JOB_SET_SCENARIOS } from '../support/differential/jobset-scenarios.ts';
import { JOB_SET_WORLD } from '../support/differential/jobset-world.ts';
import { differentialSuite } from '../support/differential/suite.ts';
import { addPools } from '../support/node-pools.ts';
import { jobSetController } from '../support/peers/jobset.ts';

differentialSuite({
  title: 'JobSets under JobSet 0.12.0',
  scenarios: JOB_SET_SCENARIOS.map(({ name }) => name),
  explanations: JOB_SET_EXPLANATIONS,
  play: async (platform, cluster, log) => {
    const peer = await jobSetController(platform.api, cluster, log);
    // Pods of the first side stay where they are while the second has its turn.
    const removePools = await addPools(platform.api, 8);
    const options = {
      world: JOB_SET_WORLD,
      scenarios: JOB_SET_SCENARIOS,
      startPeer: (namespace: string) => peer.start(namespace),
      quietMs: 6000,
      oneAfterTheOther: true,
    };
    return duel(platform, options).finally(removePools);
  },
});
