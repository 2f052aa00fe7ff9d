import { columns } from '../columns.ts';
import { durationText } from './duration.ts';
import type { GroupSummary, PoolSummary, Summary } from './summary.ts';

/** Lines of a list beyond which only their number is told. */
const MOST = 10;

export interface TableOptions {
  /** Kinds that were not simulated, with their number. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/** For people. */
export function table(summary: Summary, { leftOut }: TableOptions): string {
  const { jobs, start, end, groups, pools, preemptions, stuck } = summary;
  const span = durationText(Date.parse(end) - Date.parse(start));
  const fates = [
    `${jobs.succeeded} succeeded`,
    `${jobs.failed} failed`,
    `${jobs.unfinished} unfinished`,
    `${jobs.never} never ran`,
  ];
  const sections = [
    [`${jobs.all} jobs from ${minute(start)} to ${minute(end)} UTC (${span}): ${fates.join(', ')}`],
    groupLines(groups),
    poolLines(pools),
    preemptions.length === 0
      ? []
      : [
          'Who made whom give way',
          ...columns([['BY', 'VICTIM', 'TIMES'], ...preemptions.map((each) => Object.values(each).map(String))], MOST),
        ],
    stuck.length === 0
      ? []
      : ['Not done', ...columns([['JOB', 'WHY'], ...stuck.map(({ job, reason }) => [job, reason])], MOST)],
    leftOut.size === 0
      ? []
      : [`Not simulated, and taking up no room here: ${[...leftOut].map(([kind, n]) => `${n} ${kind}`).join(', ')}`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const minute = (moment: string): string => moment.slice(0, 16).replace('T', ' ');

function groupLines(groups: readonly GroupSummary[]): readonly string[] {
  const costs = groups.some(({ cost }) => cost > 0);
  const queues = groups.some(({ queue }) => queue !== undefined);
  const seconds = (value: number | undefined) => (value === undefined ? '-' : durationText(value * 1000));
  const head = [
    'NAMESPACE',
    ...(queues ? ['QUEUE'] : []),
    ...['JOBS', 'DONE', 'WAIT P50', 'P90', 'MAX', 'RUN P50', 'GPU HOURS', 'WORK LOST', 'PREEMPTED', 'INTERRUPTED'],
    'RESTARTS',
    ...(costs ? ['COST'] : []),
  ];
  const rows = groups.map((group) => [
    group.namespace,
    ...(queues ? [group.queue ?? '-'] : []),
    String(group.jobs.all),
    String(group.jobs.succeeded),
    seconds(group.waitSeconds?.p50),
    seconds(group.waitSeconds?.p90),
    seconds(group.waitSeconds?.max),
    seconds(group.runSeconds?.p50),
    acceleratorText(group.acceleratorHours),
    seconds(group.lostHours * 3600),
    String(group.preempted),
    String(group.interrupted),
    String(group.restarts),
    ...(costs ? [group.cost.toFixed(2)] : []),
  ]);
  return columns([head, ...rows]);
}

/** One kind of accelerator is told by its number alone. */
function acceleratorText(hours: Readonly<Record<string, number>>): string {
  const entries = Object.entries(hours);
  const [only] = entries;
  if (!only) return '-';
  if (entries.length === 1 && /\/gpu$/.test(only[0])) return only[1].toFixed(1);
  return entries.map(([name, amount]) => `${amount.toFixed(1)} ${name}`).join(', ');
}

function poolLines(pools: readonly PoolSummary[]): readonly string[] {
  const resources = [...new Set(pools.flatMap(({ utilisation }) => Object.keys(utilisation)))].filter(
    (name) => name !== 'pods',
  );
  const costs = pools.some(({ cost }) => cost !== undefined);
  const head = [
    'POOL',
    'NODES',
    'NODE HOURS',
    ...resources.map((name) => name.toUpperCase()),
    'INTERRUPTIONS',
    ...(costs ? ['COST', 'IDLE'] : []),
  ];
  const money = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(2));
  const rows = pools.map((pool) => [
    pool.pool,
    String(pool.mostNodes),
    pool.nodeHours.toFixed(1),
    ...resources.map((name) => {
      const part = pool.utilisation[name];
      return part === undefined ? '-' : `${(100 * part).toFixed(0)}%`;
    }),
    String(pool.interruptions),
    ...(costs ? [money(pool.cost), money(pool.idleCost)] : []),
  ]);
  return columns([head, ...rows]);
}
