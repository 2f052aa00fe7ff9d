import type { JobOutcome, Outcome, PoolOutcome } from '../../embedded/what-if/index.ts';

const HOUR = 3_600_000;

/** What a day comes to. Times in seconds, memory in bytes. */
export interface Summary {
  readonly start: string;
  readonly end: string;
  readonly jobs: Counts;
  readonly groups: readonly GroupSummary[];
  readonly pools: readonly PoolSummary[];
  /** The jobs, by template, that made others give way, and how often. */
  readonly preemptions: readonly { readonly by: string; readonly victims: string; readonly times: number }[];
  readonly stuck: readonly { readonly job: string; readonly fate: string; readonly reason: string }[];
}

export interface Counts {
  readonly all: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly unfinished: number;
  /** Jobs that never had all of their pods running. */
  readonly never: number;
}

export interface GroupSummary {
  readonly namespace: string;
  readonly queue?: string;
  readonly jobs: Counts;
  /** From arrival to all pods running, of the jobs that came so far; absent when none did. */
  readonly waitSeconds?: Spread;
  readonly runSeconds?: Spread;
  /** Held by pods, by resource. */
  readonly acceleratorHours: Readonly<Record<string, number>>;
  /** Hours of jobs' work that was done again. */
  readonly lostHours: number;
  readonly preempted: number;
  readonly interrupted: number;
  readonly restarts: number;
  readonly cost: number;
}

export interface Spread {
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
}

export interface PoolSummary {
  readonly pool: string;
  readonly nodeHours: number;
  readonly mostNodes: number;
  /** Held of what was offered, from 0 to 1, by resource. */
  readonly utilisation: Readonly<Record<string, number>>;
  readonly interruptions: number;
  readonly cost?: number;
  /** The part of the cost that no pod was there for. */
  readonly idleCost?: number;
}

export function summaryOf(outcome: Outcome): Summary {
  const { jobs } = outcome;
  const groups = groupedBy(jobs, ({ namespace, queue = '' }) => `${namespace}\n${queue}`);
  return {
    start: new Date(outcome.start).toISOString(),
    end: new Date(outcome.end).toISOString(),
    jobs: countsOf(jobs),
    groups: [...groups.values()].map(groupSummary).sort((a, b) => order(a.namespace, b.namespace)),
    pools: outcome.pools.map(poolSummary),
    preemptions: preemptionsOf(outcome),
    stuck: jobs
      .filter(({ fate, reason }) => fate === 'never' || (fate !== 'succeeded' && reason !== undefined))
      .map(({ key, fate, reason = 'the simulation ended before it was done' }) => ({ job: key, fate, reason })),
  };
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function countsOf(jobs: readonly JobOutcome[]): Counts {
  const of = (fate: JobOutcome['fate']) => jobs.filter((job) => job.fate === fate).length;
  return {
    all: jobs.length,
    succeeded: of('succeeded'),
    failed: of('failed'),
    unfinished: of('unfinished'),
    never: jobs.filter(({ started, fate }) => started === undefined && fate === 'never').length,
  };
}

function groupSummary(jobs: readonly JobOutcome[]): GroupSummary {
  const [first] = jobs as readonly [JobOutcome];
  const started = jobs.filter((job) => job.started !== undefined);
  const waitSeconds = spread(started.map((job) => ((job.started ?? 0) - job.arrival) / 1000));
  const runSeconds = spread(started.map((job) => job.runMs / 1000));
  const total = (of: (job: JobOutcome) => number) => jobs.reduce((sum, job) => sum + of(job), 0);
  const hours: Record<string, number> = {};
  for (const job of jobs) {
    for (const [name, amount] of Object.entries(job.acceleratorHours)) hours[name] = (hours[name] ?? 0) + amount;
  }
  return {
    namespace: first.namespace,
    ...(first.queue !== undefined && { queue: first.queue }),
    jobs: countsOf(jobs),
    ...(waitSeconds && { waitSeconds }),
    ...(runSeconds && { runSeconds }),
    acceleratorHours: rounded(hours),
    lostHours: round(total(({ lostMs }) => lostMs) / HOUR),
    preempted: total(({ preempted }) => preempted),
    interrupted: total(({ interrupted }) => interrupted),
    restarts: total(({ restarts }) => restarts),
    cost: round(total(({ cost }) => cost)),
  };
}

/** Percentiles by nearest rank. */
function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p90: at(0.9), max: at(1) };
}

function poolSummary({
  pool,
  nodeHours,
  mostNodes,
  resources,
  interruptions,
  cost,
  ...rest
}: PoolOutcome): PoolSummary {
  const used = Object.entries(resources).map(([name, { offered, held }]) => [name, offered === 0 ? 0 : held / offered]);
  return {
    pool: pool.name,
    nodeHours: round(nodeHours),
    mostNodes,
    utilisation: rounded(Object.fromEntries(used) as Record<string, number>),
    interruptions,
    ...(cost !== undefined && { cost: round(cost), idleCost: round(Math.max(0, cost - rest.charged)) }),
  };
}

function preemptionsOf({ preemptions, jobs }: Outcome): Summary['preemptions'] {
  const templates = new Map(jobs.map(({ key, template }) => [key, template]));
  const times = new Map<string, number>();
  for (const { by, victims } of preemptions) {
    for (const victim of victims) {
      const pair = `${templates.get(by)} ${templates.get(victim)}`;
      times.set(pair, (times.get(pair) ?? 0) + 1);
    }
  }
  return [...times]
    .map(([pair, count]) => {
      const [by = '', victims = ''] = pair.split(' ');
      return { by, victims, times: count };
    })
    .sort((a, b) => b.times - a.times || order(a.by, b.by) || order(a.victims, b.victims));
}

const round = (value: number): number => Math.round(value * 10_000) / 10_000;
const rounded = (values: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value)]));
