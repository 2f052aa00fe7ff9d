import { describe, expect, test } from '@jest/globals';
import { isObject } from '../../src/api/json.ts';
import { JobLives, type Parting } from '../support/job-lives/rig.ts';
import { lifeOf } from '../support/job-lives/script.ts';
import { SeededSearch } from '../support/seeded-search.ts';

const search = new SeededSearch(
  {
    variables: 'ARMATURE_LIVES',
    cases: Number(process.env.ARMATURE_LIVES ?? 40),
    cluster: 'job-lives',
    atATime: 40,
  },
  JobLives.open,
);

/** What one side shows that the other does not. */
function apart(one: unknown, other: unknown): unknown {
  if (JSON.stringify(one) === JSON.stringify(other)) return undefined;
  if (Array.isArray(one) && Array.isArray(other)) return one.filter((item) => !other.includes(item));
  if (!isObject(one) || !isObject(other)) return one;
  const keys = Object.keys(one).filter((key) => apart(one[key], other[key]) !== undefined);
  return Object.fromEntries(keys.map((key) => [key, apart(one[key], other[key])]));
}

function described({ life, at, real, embedded }: Parting): string {
  const steps = life.steps
    .slice(0, at + 1)
    .map((step, index) => `  ${index === at ? '>' : ' '} ${JSON.stringify(step)}`);
  return [
    `ARMATURE_LIVES_REPLAY=${life.id} plays it again`,
    `  ${JSON.stringify(life.spec)}`,
    ...steps,
    `  real     ${JSON.stringify(apart(real, embedded))}`,
    `  embedded ${JSON.stringify(apart(embedded, real))}`,
  ].join('\n');
}

describe('Jobs on the embedded cluster and on a real control plane', () => {
  test(
    `live alike: ${search.title}`,
    async () => {
      const partings = await search.found((seed, number) => search.rig.play(lifeOf(seed, number)));
      expect(partings.map(described).join('\n\n')).toBe('');
    },
    300_000 + search.cases.length * 5_000,
  );
});
