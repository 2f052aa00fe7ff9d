import { afterAll, beforeAll } from '@jest/globals';
import { armature, parseCluster } from './cluster.ts';

/** Enough to understand what is wrong. */
const MOST_FOUND = 5;

export interface SeededSearchOptions {
  /** The environment variables that change the search begin with it: `_CLUSTER`, `_SEED`, `_REPLAY`, `_PARALLEL`. */
  readonly variables: string;
  /** How many cases to play, when it is not one that is replayed. */
  readonly cases: number;
  /** A cluster of its own: thousands of namespaces go with it, not one by one. */
  readonly cluster: string;
  /** Cases played at the same time. */
  readonly atATime: number;
}

/** Random cases, each of which follows from a seed and a number, played on a real control plane. */
export class SeededSearch<Rig extends { close(): Promise<void> }> {
  /** What is played, for the test's name. */
  readonly title: string;
  readonly cases: readonly (readonly [seed: number, number: number])[];
  readonly #atATime: number;
  #rig: Rig | undefined;

  /** Call it at the top of a test file: it brings the cluster up before the tests and takes it down after. */
  constructor(options: SeededSearchOptions, open: (kubeconfig: string) => Promise<Rig>) {
    const variable = (name: string): string | undefined => process.env[`${options.variables}_${name}`];
    const cluster = variable('CLUSTER') ?? options.cluster;
    /** The same for everybody, so that what fails on a commit is that commit's doing; another one is asked for by name. */
    const seed = Number(variable('SEED') ?? 2026);
    /** One case, as `SEED:NUMBER`. */
    const replay = variable('REPLAY');
    this.title = replay ? `case ${replay}` : `${options.cases} cases of seed ${seed}`;
    this.cases = replay ? [replayed(replay)] : Array.from({ length: options.cases }, (_, number) => [seed, number]);
    this.#atATime = Number(variable('PARALLEL') ?? options.atATime);

    beforeAll(async () => {
      const printed = await armature('cluster', 'up', '--name', cluster, '--nodes', 'fake:1', '--tuned', '--json');
      this.#rig = await open(parseCluster(printed).kubeconfig);
    }, 1_200_000);

    afterAll(async () => {
      await this.#rig?.close();
      await armature('cluster', 'down', '--name', cluster);
    }, 120_000);
  }

  get rig(): Rig {
    if (!this.#rig) throw new Error('the cluster is not up yet: use the rig within a test');
    return this.#rig;
  }

  /** What playing the cases brings to light, until it is enough. */
  async found<T>(play: (seed: number, number: number) => Promise<T | undefined>): Promise<readonly T[]> {
    const found: T[] = [];
    const waiting = [...this.cases];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next && found.length < MOST_FOUND; next = waiting.shift()) {
        const one = await play(...next);
        if (one !== undefined) found.push(one);
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#atATime, waiting.length) }, work));
    return found;
  }
}

function replayed(text: string): readonly [number, number] {
  const [seed = 0, number = 0] = text.split(':').map(Number);
  return [seed, number];
}
