import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api, targetOf } from '../support/api.ts';
import { sharedCluster } from '../support/cluster.ts';
import type { Tally } from '../support/structural/compared-kind.ts';
import { comparedCase, inTurns } from '../support/structural/comparison.ts';
import { HAND_MADE } from '../support/structural/crds.ts';
import { ownCases, upstreamCases } from '../support/structural/published.ts';
import { WITH_RULES } from '../support/structural/rule-crds.ts';

const SEED = Number(process.env.STRUCTURAL_SEED ?? 1);
const ROUNDS = Number(process.env.STRUCTURAL_ROUNDS ?? 6);
const KINDS_AT_ONCE = 4;
const MINUTES = 60_000;

const only = process.env.STRUCTURAL_ONLY?.split(',');
const CASES = [...HAND_MADE, ...WITH_RULES, ...ownCases(), ...upstreamCases()].filter(
  ({ name }) => !only || only.includes(name),
);

let api: Api;
const outcomes = new Map<string, Tally | Error>();

beforeAll(async () => {
  api = new Api(targetOf((await sharedCluster()).kubeconfig));
  const tasks = CASES.map((schemaCase, index) => async () => {
    const outcome = comparedCase(api, schemaCase, SEED * 1000 + index, ROUNDS);
    outcomes.set(schemaCase.name, await outcome.catch((error: Error) => error));
  });
  await inTurns(tasks, KINDS_AT_ONCE);
}, 20 * MINUTES);

afterAll(async () => {
  await api.close();
  const tallies = [...outcomes.values()].filter((outcome): outcome is Tally => !(outcome instanceof Error));
  const sum = (key: 'same' | 'accepted' | 'refused') => tallies.reduce((total, tally) => total + tally[key], 0);
  process.stderr.write(`compared equal: ${sum('same')} (${sum('accepted')} accepted, ${sum('refused')} refused)\n`);
});

describe('custom resources are treated as the real apiserver treats them', () => {
  test.each(CASES.map(({ name }) => name))('%s', (name) => {
    const outcome = outcomes.get(name);
    if (!outcome || outcome instanceof Error) throw outcome ?? new Error(`${name} was not compared`);
    expect(outcome.differences.slice(0, 3).join('\n\n')).toBe('');
    expect(outcome.same).toBeGreaterThan(0);
  });
});
