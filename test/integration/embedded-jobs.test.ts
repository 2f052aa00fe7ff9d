import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { armature, parseCluster } from '../support/cluster.ts';
import { JobLives, type Parting } from '../support/job-lives/rig.ts';
import { lifeOf } from '../support/job-lives/script.ts';

const CLUSTER = process.env.ARMATURE_LIVES_CLUSTER ?? 'job-lives';
const LIVES = Number(process.env.ARMATURE_LIVES ?? 40);
const SEED = Number(process.env.ARMATURE_LIVES_SEED ?? 2026);
const REPLAY = process.env.ARMATURE_LIVES_REPLAY;
const AT_A_TIME = Number(process.env.ARMATURE_LIVES_PARALLEL ?? 40);
const MOST_REPORTED = 5;

let lives: JobLives;

beforeAll(async () => {
  const { kubeconfig } = parseCluster(
    await armature('cluster', 'up', '--name', CLUSTER, '--nodes', 'fake:1', '--tuned', '--json'),
  );
  lives = await JobLives.open(kubeconfig);
}, 1_200_000);

afterAll(async () => {
  await lives?.close();
  await armature('cluster', 'down', '--name', CLUSTER);
}, 120_000);

/** The lives to play; one that is replayed is named `SEED:NUMBER`. */
function planned(): readonly (readonly [number, number])[] {
  if (REPLAY) {
    const [seed = 0, number = 0] = REPLAY.split(':').map(Number);
    return [[seed, number]];
  }
  return Array.from({ length: LIVES }, (_, number) => [SEED, number] as const);
}

async function partings(): Promise<readonly Parting[]> {
  const found: Parting[] = [];
  const waiting = [...planned()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next && found.length < MOST_REPORTED; next = waiting.shift()) {
      const parting = await lives.play(lifeOf(...next));
      if (parting) found.push(parting);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, waiting.length) }, work));
  return found;
}

type Json = Readonly<Record<string, unknown>>;

/** What one side shows that the other does not. */
function apart(one: unknown, other: unknown): unknown {
  if (JSON.stringify(one) === JSON.stringify(other)) return undefined;
  if (Array.isArray(one) && Array.isArray(other)) return one.filter((item) => !other.includes(item));
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return one;
  const keys = Object.keys(one).filter((key) => apart((one as Json)[key], (other as Json)[key]) !== undefined);
  return Object.fromEntries(keys.map((key) => [key, apart((one as Json)[key], (other as Json)[key])]));
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
    `live ${REPLAY ? `life ${REPLAY}` : `${LIVES} lives of seed ${SEED}`} alike`,
    async () => {
      expect((await partings()).map(described).join('\n\n')).toBe('');
    },
    300_000 + LIVES * 5_000,
  );
});
