import type { Outcome, PoolOutcome, Sample } from '../../embedded/what-if/index.ts';
import { durationText } from './duration.ts';

const WIDTH = 960;
const LEFT = 64;
const RIGHT = 24;
const PANEL = 120;
const GAP = 56;
const TOP = 88;
/** Steps across the width; each shows the mean of its time. */
const STEPS = 400;
const PLAIN = new Set(['cpu', 'memory', 'pods', 'ephemeral-storage']);

const STYLE = `
  svg { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --rule: #d1d9e0; --held: #0969da; --offered: #b6c2cf; --wait: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --rule: #3d444d; --held: #4493f8; --offered: #57606a; --wait: #f0883e; }
  }
  text { font: 12px system-ui, sans-serif; fill: var(--ink); }
  .title { font-size: 16px; font-weight: 600; }
  .faint { fill: var(--faint); }
  .paper { fill: var(--paper); }
  .rule { stroke: var(--rule); fill: none; }
  .held { fill: var(--held); }
  .offered { fill: none; stroke: var(--offered); stroke-width: 2; stroke-dasharray: 6 3; }
  .wait { fill: var(--wait); }
  .key-offered { stroke: var(--offered); stroke-width: 2; stroke-dasharray: 6 3; }
`;

interface Panel {
  readonly title: string;
  readonly style: 'held' | 'wait';
  readonly values: readonly number[];
  /** A line over the area. */
  readonly offered?: readonly number[];
}

/** A picture of the day: what each pool held of what it offered, and the jobs that waited. Readable on light and dark. */
export function timelineSvg(outcome: Outcome): string {
  const { start } = outcome;
  const end = Math.max(outcome.end, start + 1000);
  const panels = [
    ...outcome.pools.map((pool) => poolPanel(pool, start, end)),
    { title: 'Jobs that wait', style: 'wait', values: means(outcome.waiting, start, end) } as const,
  ];
  const height = TOP + panels.length * (PANEL + GAP);
  const span = durationText(end - start);
  const peak = Math.max(0, ...outcome.waiting.map(({ value }) => value));
  const description =
    `${outcome.jobs.length} jobs over ${span}. ` +
    `${panels
      .slice(0, -1)
      .map(({ title }) => title)
      .join('; ')}. At most ${peak} jobs wait at a time.`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title desc">`,
    '<title id="title">Simulated use of node pools</title>',
    `<desc id="desc">${escaped(description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    `<text class="title" x="${LEFT}" y="32">Simulated use of node pools: ${outcome.jobs.length} jobs in ${span}</text>`,
    ...legend(),
    ...panels.flatMap((panel, index) => panelLines(panel, TOP + index * (PANEL + GAP), start, end)),
    '</svg>\n',
  ].join('\n');
}

function legend(): readonly string[] {
  return [
    `<rect class="held" x="${LEFT}" y="48" width="14" height="10"/><text x="${LEFT + 20}" y="58">held by pods</text>`,
    `<path class="key-offered" d="M${LEFT + 120} 53h24"/><text x="${LEFT + 150}" y="58">offered by nodes</text>`,
    `<rect class="wait" x="${LEFT + 276}" y="48" width="14" height="10"/><text x="${LEFT + 296}" y="58">waiting jobs</text>`,
  ];
}

/** The resource that makes the pool what it is: its accelerator, or else its CPUs. */
function poolPanel({ pool, held, nodes, resources }: PoolOutcome, start: number, end: number): Panel {
  const accelerator = [...pool.capacity.keys()].find((name) => !PLAIN.has(name));
  const resource = accelerator ?? (pool.capacity.has('cpu') ? 'cpu' : [...pool.capacity.keys()][0]) ?? 'pods';
  const { offered = 0, held: used = 0 } = resources[resource] ?? {};
  const percent = offered === 0 ? 0 : Math.round((100 * used) / offered);
  const each = (pool.capacity.get(resource) ?? 0) / 1000;
  return {
    title: `${pool.name}: ${resource}, ${percent} % held`,
    style: 'held',
    values: means(held[resource] ?? [], start, end),
    offered: means(nodes, start, end).map((count) => count * each),
  };
}

/** The mean over each of the steps. */
function means(samples: readonly Sample[], start: number, end: number): readonly number[] {
  const step = (end - start) / STEPS;
  const sums = new Array<number>(STEPS).fill(0);
  for (const [index, { at, value }] of samples.entries()) {
    const until = Math.min(end, samples[index + 1]?.at ?? end);
    for (let from = Math.max(at, start); from < until && value !== 0; ) {
      const slot = Math.min(STEPS - 1, Math.floor((from - start) / step));
      const to = slot === STEPS - 1 ? until : Math.min(until, start + (slot + 1) * step);
      sums[slot] = (sums[slot] ?? 0) + (value * (to - from)) / step;
      if (to <= from) break;
      from = to;
    }
  }
  return sums;
}

function panelLines({ title, style, values, offered }: Panel, top: number, start: number, end: number) {
  const bottom = top + PANEL;
  const most = niceCeiling(Math.max(...values, ...(offered ?? [])));
  const width = WIDTH - LEFT - RIGHT;
  const x = (index: number) => (LEFT + (width * index) / STEPS).toFixed(1);
  const y = (value: number) => (bottom - (PANEL * value) / most).toFixed(1);
  const area = values.map((value, index) => `V${y(value)}H${x(index + 1)}`).join('');
  const line = offered?.map((value, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(value)}H${x(index + 1)}`);
  return [
    `<text x="${LEFT}" y="${top - 10}">${escaped(title)}</text>`,
    `<path class="rule" d="M${LEFT} ${top}H${WIDTH - RIGHT}M${LEFT} ${top + PANEL / 2}H${WIDTH - RIGHT}"/>`,
    `<path class="${style}" d="M${x(0)} ${bottom}${area}V${bottom}Z"/>`,
    ...(line ? [`<path class="offered" d="${line.join('')}"/>`] : []),
    `<path class="rule" d="M${LEFT} ${bottom}H${WIDTH - RIGHT}"/>`,
    ...[0, most / 2, most].map(
      (value) =>
        `<text class="faint" x="${LEFT - 8}" y="${Number(y(value)) + 4}" text-anchor="end">${amountText(value)}</text>`,
    ),
    ...[0, 1, 2, 3, 4].map((part) => {
      const anchor = part === 0 ? 'start' : part === 4 ? 'end' : 'middle';
      const label = momentText(start + ((end - start) * part) / 4, end - start);
      return `<text class="faint" x="${x((STEPS * part) / 4)}" y="${bottom + 18}" text-anchor="${anchor}">${label}</text>`;
    }),
  ];
}

const momentText = (at: number, span: number): string => {
  const text = new Date(at).toISOString();
  return span > 48 * 3_600_000 ? text.slice(5, 16).replace('T', ' ') : text.slice(11, 16);
};

/** 1, 2 or 5 times a power of ten. */
function niceCeiling(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((factor) => value <= factor * power) ?? 10);
}

function amountText(value: number): string {
  if (value >= 1024 ** 3) return `${Math.round(value / 1024 ** 3)}Gi`;
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
