import { SCHEDULER_PLUGINS_POD_GROUP, VOLCANO_POD_GROUP } from '../../../src/api/kinds.ts';
import type { Kind } from '../../../src/api/kube.ts';
import { gangRules } from '../generated-rules.ts';
import { grantAlso } from '../identity.ts';
import type { Platform } from '../platform.ts';
import { servePodGroups } from '../pod-groups.ts';
import type { Scenario } from './scenario.ts';
import type { Found } from './verdict.ts';

/** A scheduler of gangs. */
export interface GangScheduler {
  /** As controllers are told it. */
  readonly scheduler: string;
  readonly rules: 'volcano' | 'scheduler-plugins';
  /** Of its groups. */
  readonly kind: Kind;
}

export const VOLCANO: GangScheduler = { scheduler: 'volcano', rules: 'volcano', kind: VOLCANO_POD_GROUP };
export const SCHEDULER_PLUGINS: GangScheduler = {
  scheduler: 'gang',
  rules: 'scheduler-plugins',
  kind: SCHEDULER_PLUGINS_POD_GROUP,
};

/** Scenarios to be played under a scheduler of gangs. */
export interface GangScenarios {
  readonly gang: GangScheduler;
  readonly scenarios: readonly Scenario[];
}

/** The names under which their differences are told. */
export const gangNames = (gangs: readonly GangScenarios[]): readonly string[] =>
  gangs.flatMap(({ gang, scenarios }) => scenarios.map(({ name }) => `${gang.rules}: ${name}`));

/** Has each fought while its groups are served and our controller may make them. */
export async function gangDuels(
  platform: Platform,
  gangs: readonly GangScenarios[],
  fight: (scenarios: readonly Scenario[], gang: GangScheduler) => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  const all: Found[] = [];
  for (const { gang, scenarios } of gangs) {
    const unserve = await servePodGroups(platform.api, gang.kind);
    const ungrant = await grantAlso(platform.api, 'gang', gangRules(gang.rules));
    try {
      const differences = await fight(scenarios, gang);
      all.push(...differences.map((found) => ({ ...found, scenario: `${gang.rules}: ${found.scenario}` })));
    } finally {
      await ungrant();
      await unserve();
    }
  }
  return all;
}
