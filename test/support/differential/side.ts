import { setTimeout as delay } from 'node:timers/promises';
import { DEFINITIONS } from '../../../src/api/index.ts';
import { EVENT, HORIZONTAL_POD_AUTOSCALER, POD, SERVICE } from '../../../src/api/kinds.ts';
import type { Kind } from '../../../src/api/kube.ts';
import type { Api, Loose } from '../api.ts';
import { JobUnderTest } from '../pytorch-job.ts';
import type { Json } from './compare.ts';
import { maskEvents, maskJob, maskObject, maskPod, maskService, plain } from './mask.ts';
import type { Scenario } from './scenario.ts';

/** What was seen of each job, by scenario: when it had settled first, and after each act. */
export type Sightings = Readonly<Record<string, readonly Json[]>>;

export interface SideOptions {
  /** Of the jobs. */
  readonly kinds: readonly Kind[];
  /** Further kinds that belong to a job and bear its name, such as PodGroups. */
  readonly helpers?: readonly Kind[];
}

/** One of two controllers at work in a namespace of its own. */
export class Side {
  private readonly api: Api;
  private readonly namespace: string;
  private readonly options: SideOptions;
  private readonly times = new Map<string, string[]>();

  constructor(api: Api, namespace: string, options: SideOptions) {
    this.api = api;
    this.namespace = namespace;
    this.options = options;
  }

  /** Plays all scenarios at once: each act of all of them, then a pause until nothing changes, then a look. */
  async play(scenarios: readonly Scenario[]): Promise<Sightings> {
    const jobs = new Map<string, JobUnderTest>();
    for (const scenario of scenarios)
      jobs.set(scenario.name, await JobUnderTest.create(this.api, scenario.job(this.namespace, scenario.name)));
    const seen = new Map<string, Json[]>(scenarios.map(({ name }) => [name, []]));
    const rounds = Math.max(...scenarios.map(({ acts }) => acts.length)) + 1;
    for (let round = 0; round < rounds; round++) {
      const playing = scenarios.filter(({ acts }) => round <= acts.length);
      if (round > 0) await Promise.all(playing.map(({ name, acts }) => acts[round - 1]?.(jobs.get(name)!)));
      const views = await this.quiet();
      for (const { name } of playing) seen.get(name)?.push(views[name] ?? {});
    }
    return Object.fromEntries(seen);
  }

  /** Waits until nothing has changed for a while: counts are written once pods have been quiet for 10 seconds. */
  private async quiet(quietMs = 11_500, patienceMs = 90_000): Promise<Readonly<Record<string, Json>>> {
    const giveUp = Date.now() + patienceMs;
    let last = '';
    let since = Date.now();
    for (;;) {
      const views = await this.look();
      const text = JSON.stringify(views);
      if (text !== last) [last, since] = [text, Date.now()];
      if (Date.now() - since >= quietMs || Date.now() > giveUp) return views;
      await delay(1000);
    }
  }

  /** Every job of the namespace with all that belongs to it. */
  private async look(): Promise<Record<string, Json>> {
    const list = (kind: Kind) => this.api.list(kind, this.namespace);
    const { kinds, helpers = [] } = this.options;
    const [pods, services, autoscalers, events, helping, ...jobs] = await Promise.all([
      list(POD),
      list(SERVICE),
      list(HORIZONTAL_POD_AUTOSCALER),
      list(EVENT),
      Promise.all(helpers.map(list)),
      ...kinds.map(list),
    ]);
    const owned = (objects: readonly Loose[], job: Loose, mask: (object: Loose) => object) =>
      Object.fromEntries(
        objects
          .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === job.metadata.uid))
          .map((object) => [object.metadata.name, mask(object)]),
      );
    const views = jobs.flat().map((job): [string, Json] => {
      const view = {
        job: maskJob(job, (field, value) => this.nth(`${job.metadata.name} ${field}`, value)),
        pods: owned(pods, job, maskPod),
        services: owned(services, job, maskService),
        autoscalers: owned(autoscalers, job, maskObject),
        helpers: owned(helping.flat(), job, maskObject),
        events: maskEvents(events.filter((event) => regards(event)?.uid === job.metadata.uid)),
      };
      return [job.metadata.name ?? '', plain(view, this.namespace)];
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

/** The kinds of `kubeflow.org/v1` that training-operator serves beside MPIJob. */
export const TRAINING_KINDS: readonly Kind[] = DEFINITIONS.map(({ kind }) => kind).filter(
  ({ group, version, kind }) => group === 'kubeflow.org' && version === 'v1' && kind !== 'MPIJob',
);
