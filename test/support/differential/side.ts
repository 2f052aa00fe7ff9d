import { setTimeout as delay } from 'node:timers/promises';
import { EVENT } from '../../../src/api/kinds.ts';
import type { Kind } from '../../../src/api/kube.ts';
import type { Api, Loose } from '../api.ts';
import type { Json } from './compare.ts';
import { familyOf, withoutUids } from './family.ts';
import { maskEvents, maskJob, plain } from './mask.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** Where a namespace's name stood. */
const NAMESPACE = '<namespace>';

/** What was seen of each job, by scenario: when it had settled first, and after each act. */
export type Sightings = Readonly<Record<string, readonly Json[]>>;

/** One of two controllers at work in a namespace of its own. */
export class Side<Job> {
  private readonly api: Api;
  private readonly namespace: string;
  private readonly world: World<Job>;
  private readonly times = new Map<string, string[]>();

  constructor(api: Api, namespace: string, world: World<Job>) {
    this.api = api;
    this.namespace = namespace;
    this.world = world;
  }

  /**
   * Plays all scenarios at once: each act of all of them, then a pause until nothing has changed for so long, then a look.
   */
  async play(scenarios: readonly Scenario<Job>[], quietMs: number): Promise<Sightings> {
    await this.world.prepare?.(this.api, this.namespace);
    const jobs = new Map<string, Job>();
    for (const scenario of scenarios)
      jobs.set(scenario.name, await this.world.create(this.api, scenario.job(this.namespace, scenario.name)));
    const seen = new Map<string, Json[]>(scenarios.map(({ name }) => [name, []]));
    const rounds = Math.max(...scenarios.map(({ acts }) => acts.length)) + 1;
    for (let round = 0; round < rounds; round++) {
      const playing = scenarios.filter(({ acts }) => round <= acts.length);
      if (round > 0) await Promise.all(playing.map(({ name, acts }) => acts[round - 1]?.(jobs.get(name)!)));
      const views = await this.quiet(quietMs);
      for (const { name } of playing) seen.get(name)?.push(views[name] ?? {});
    }
    return Object.fromEntries(seen);
  }

  private async quiet(quietMs: number, patienceMs = 90_000): Promise<Readonly<Record<string, Json>>> {
    const giveUp = Date.now() + patienceMs;
    let last = '';
    let since = Date.now();
    for (;;) {
      // On a busy machine a look may take long: what it saw may be as old as its beginning.
      const asked = Date.now();
      const views = await this.look();
      const text = JSON.stringify(views);
      if (text !== last) [last, since] = [text, Date.now()];
      if (asked - since >= quietMs || asked > giveUp) return views;
      await delay(1000);
    }
  }

  /** Every job of the namespace with all that belongs to it. */
  private async look(): Promise<Record<string, Json>> {
    const { kinds, parts } = this.world;
    const list = (kind: Kind) => this.api.list(kind, this.namespace);
    const [jobs, events, owned] = await Promise.all([
      Promise.all(kinds.map(list)),
      list(EVENT),
      Promise.all(parts.map(({ kind }) => list(kind))),
    ]);
    const views = jobs.flat().map((job): [string, Json] => {
      const family = familyOf(job, owned);
      const view = {
        job: maskJob(job, (field, value) => this.nth(`${job.metadata.name} ${field}`, value)),
        ...Object.fromEntries(
          parts.map(({ name, mask }, index) => [
            name,
            Object.fromEntries([...(family[index] ?? [])].map(([own, object]) => [own, mask(object)])),
          ]),
        ),
        events: maskEvents(events.filter((event) => regards(event)?.uid === job.metadata.uid)),
      };
      return [
        job.metadata.name ?? '',
        plain(view, (text) => withoutUids(text, job, family).replaceAll(this.namespace, NAMESPACE)),
      ];
    });
    return Object.fromEntries(views);
  }

  /** The how-maniest value of a time this is. */
  private nth(key: string, value: string): number {
    const known = this.times.get(key) ?? [];
    if (!known.includes(value)) this.times.set(key, [...known, value]);
    return (this.times.get(key) ?? []).indexOf(value) + 1;
  }
}

const regards = (event: Loose) => (event as Loose & { regarding?: { uid?: string } }).regarding;
