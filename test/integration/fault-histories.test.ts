import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { differences } from '../support/fault-differences.ts';
import { describeHistory, historyOf, seedsOf } from '../support/fault-history.ts';
import { FaultRig, type Outcome, type Scenario } from '../support/fault-rig.ts';
import { usePlatform } from '../support/platform.ts';
import { restart, success, suspendResume } from '../support/scenarios.ts';

/** What `npm test` plays: every scenario, deaths at writes and at moments. More: `ARMATURE_FAULT_SEEDS=1-200`. */
const FEW = '3,6,8,12';
const seeds = seedsOf(process.env.ARMATURE_FAULT_SEEDS || FEW);
const ONE_RUN = 180_000;

const platform = usePlatform({ controller: false });
const clean = new Map<string, Promise<Outcome>>();
let rig: FaultRig;

beforeAll(async () => {
  rig = await FaultRig.start(platform.api, platform.identity);
}, 60_000);
afterAll(() => rig?.stop(), 30_000);

describe('a PyTorchJob ends as if nothing had happened, though the controller dies twice', () => {
  test.each(seeds)(
    'history %i',
    async (seed) => {
      const history = historyOf(seed);
      const scenario = scenarios().find(({ name }) => name === history.scenario)!;
      const wanted = await cleanRun(scenario);
      const problems = await rig.playHistory(scenario, await platform.namespace(), history).then(
        (outcome) => differences(wanted, outcome),
        (error: Error) => [error.message],
      );
      if (problems.length === 0) return;
      const report = `${describeHistory(history)}\n${problems.join('\n')}\n${replay(seed)}`;
      // A long run is not over for a while; its findings are wanted now.
      process.stderr.write(`    ${report}\n`);
      throw new Error(report);
    },
    ONE_RUN,
  );
});

const scenarios = (): readonly Scenario[] => [
  success(platform.api),
  restart(platform.api),
  suspendResume(platform.api),
];

function cleanRun(scenario: Scenario): Promise<Outcome> {
  const known = clean.get(scenario.name) ?? platform.namespace().then((namespace) => rig.play(scenario, namespace));
  clean.set(scenario.name, known);
  return known;
}

const replay = (seed: number): string =>
  `replay it with\n  ARMATURE_FAULT_SEEDS=${seed} NODE_OPTIONS=--experimental-vm-modules npx jest --selectProjects integration --runInBand --forceExit --testPathPatterns fault-histories`;
