import type { StructuralSchema } from '../../../src/api/structural.ts';
import { mulberry32 } from '../../../src/embedded/simulation/random.ts';
import type { Api } from '../api.ts';
import { ComparedKind, type Tally } from './compared-kind.ts';
import type { SchemaCase } from './crds.ts';
import { RandomObjects } from './random-objects.ts';

const AT_ONCE = 8;
const STORED = 30;
/** How often something is made wrong on purpose: from never to nearly always somewhere. */
const MALICES = [0, 0.02, 0.1, 0.3];

interface Body {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** Sends random and mutated objects of one kind to the apiserver and to this process; about 20 a round. */
export async function comparedCase(api: Api, schemaCase: SchemaCase, seed: number, rounds: number): Promise<Tally> {
  const compared = await ComparedKind.install(api, schemaCase);
  try {
    const random = mulberry32(seed);
    await compared.seed(bodies(random, schemaCase, STORED, [0]));
    return await comparedAll(compared, schemaCase, random, rounds);
  } finally {
    await compared.remove();
  }
}

async function comparedAll(
  compared: ComparedKind,
  schemaCase: SchemaCase,
  random: () => number,
  rounds: number,
): Promise<Tally> {
  const tally: Tally = { same: 0, accepted: 0, refused: 0, differences: [] };
  const jobs: (() => Promise<void>)[] = [];
  for (const body of bodies(random, schemaCase, rounds * 8, MALICES)) {
    jobs.push(() => compared.create(body, random() < 0.4 ? 'Strict' : 'Ignore', tally));
  }
  const maker = new RandomObjects(random, 0.05);
  const stored = () => compared.stored[Math.floor(random() * compared.stored.length)];
  for (let i = 0; i < rounds * 8; i++) {
    const old = stored();
    if (!old) break;
    const { spec, status } = old as Body;
    const body = { ...(spec !== undefined && { spec }), ...(status !== undefined && { status }) };
    jobs.push(() => compared.update(old, maker.mutated(body, bodySchema(schemaCase)) as Body, tally));
  }
  for (const { status } of schemaCase.statusSubresource ? bodies(random, schemaCase, rounds * 4, MALICES) : []) {
    const old = stored();
    if (old) jobs.push(() => compared.updateStatus(old, status, tally));
  }
  await inTurns(jobs, AT_ONCE);
  return tally;
}

/** Runs tasks a few at a time. */
export async function inTurns(tasks: readonly (() => Promise<void>)[], atOnce: number): Promise<void> {
  const waiting = [...tasks];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let task = waiting.shift(); task; task = waiting.shift()) await task();
    }),
  );
}

function bodySchema({ schema }: SchemaCase): StructuralSchema {
  const { spec, status } = schema.properties ?? {};
  return { type: 'object', properties: { ...(spec && { spec }), ...(status && { status }) }, required: ['spec'] };
}

function bodies(random: () => number, schemaCase: SchemaCase, count: number, malices: readonly number[]): Body[] {
  const { spec, status } = bodySchema(schemaCase).properties ?? {};
  return Array.from({ length: count }, (_, i) => {
    const maker = new RandomObjects(random, malices[i % malices.length]!);
    return { spec: maker.value(spec ?? {}), ...(status && { status: maker.value(status) }) };
  });
}
