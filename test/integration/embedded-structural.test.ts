import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StructuralSchema } from '../../src/api/structural.ts';
import { Api, targetOf } from '../support/api.ts';
import { sharedCluster } from '../support/cluster.ts';
import { ComparedKind, type Tally } from '../support/structural/compared-kind.ts';
import { HAND_MADE, type SchemaCase } from '../support/structural/crds.ts';
import { ownCases, upstreamCases } from '../support/structural/published.ts';
import { RandomObjects, seeded } from '../support/structural/random-objects.ts';
import { WITH_RULES } from '../support/structural/rule-crds.ts';

const SEED = Number(process.env.STRUCTURAL_SEED ?? 1);
const ROUNDS = Number(process.env.STRUCTURAL_ROUNDS ?? 12);
const AT_ONCE = 8;
const MINUTES = 60_000;

let api: Api;
const total: Tally = { same: 0, accepted: 0, refused: 0, differences: [] };

beforeAll(async () => {
  api = new Api(targetOf((await sharedCluster()).kubeconfig));
}, 20 * MINUTES);

afterAll(async () => {
  await api.close();
  process.stderr.write(`compared equal: ${total.same} (${total.accepted} accepted, ${total.refused} refused)\n`);
});

const CASES = [...HAND_MADE, ...WITH_RULES, ...ownCases(), ...upstreamCases()].filter(
  ({ name }) => !process.env.STRUCTURAL_ONLY || process.env.STRUCTURAL_ONLY.split(',').includes(name),
);

describe.each(CASES.map((schemaCase) => [schemaCase.name, schemaCase] as const))('%s', (_name, schemaCase) => {
  let compared: ComparedKind;

  beforeAll(async () => {
    compared = await ComparedKind.install(api, schemaCase);
  }, MINUTES);

  afterAll(async () => compared?.remove());

  test(
    'is treated as the real apiserver treats it',
    async () => {
      const tally = await comparedAll(compared, schemaCase);
      total.same += tally.same;
      total.accepted += tally.accepted;
      total.refused += tally.refused;
      expect(tally.differences.slice(0, 3).join('\n\n')).toBe('');
    },
    5 * MINUTES,
  );
});

async function comparedAll(compared: ComparedKind, schemaCase: SchemaCase): Promise<Tally> {
  const tally: Tally = { same: 0, accepted: 0, refused: 0, differences: [] };
  const random = seeded(SEED * 1000 + CASES.indexOf(schemaCase));
  const malices = [0, 0.02, 0.1, 0.3];
  await compared.seed(bodies(random, schemaCase, 40, [0]));
  const jobs: (() => Promise<void>)[] = [];
  for (const body of bodies(random, schemaCase, ROUNDS * 8, malices)) {
    jobs.push(() => compared.create(body, random() < 0.4 ? 'Strict' : 'Ignore', tally));
  }
  const maker = new RandomObjects(random, 0.05);
  for (let i = 0; i < ROUNDS * 8; i++) {
    const stored = compared.stored[Math.floor(random() * compared.stored.length)];
    if (!stored) break;
    const parts = bodyOf(stored);
    jobs.push(() => compared.update(stored, maker.mutated(parts, bodySchema(schemaCase)) as Body, tally));
  }
  if (schemaCase.statusSubresource) {
    for (const body of bodies(random, schemaCase, ROUNDS * 4, malices)) {
      const stored = compared.stored[Math.floor(random() * compared.stored.length)];
      if (stored) jobs.push(() => compared.updateStatus(stored, body.status, tally));
    }
  }
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let job = jobs.shift(); job; job = jobs.shift()) await job();
    }),
  );
  return tally;
}

type Body = { readonly spec?: unknown; readonly status?: unknown };

const bodyOf = ({ spec, status }: Body): Body => ({
  ...(spec !== undefined && { spec }),
  ...(status !== undefined && { status }),
});

function bodySchema({ schema }: SchemaCase): StructuralSchema {
  const { spec, status } = schema.properties ?? {};
  return { type: 'object', properties: { ...(spec && { spec }), ...(status && { status }) }, required: ['spec'] };
}

function bodies(random: () => number, schemaCase: SchemaCase, count: number, malices: readonly number[]): Body[] {
  return Array.from({ length: count }, (_, i) => {
    const maker = new RandomObjects(random, malices[i % malices.length]!);
    return { spec: maker.value(bodySchema(schemaCase).properties!.spec!), ...statusOf(maker, schemaCase) };
  });
}

function statusOf(maker: RandomObjects, schemaCase: SchemaCase): Body {
  const status = bodySchema(schemaCase).properties?.status;
  return status ? { status: maker.value(status) } : {};
}
