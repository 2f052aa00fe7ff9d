import type { Command } from 'commander';
import { phaseOf } from '../../api/pod-phase.ts';
import { stderrLog, withProgress } from '../../runtime/progress.ts';
import { progressAfter } from '../../training/progress/lines.ts';
import type { ReportedProgress } from '../../training/progress/reported.ts';
import { columns } from '../columns.ts';
import { podLogs } from '../pod-logs.ts';
import { findJob } from './find-job.ts';
import { podsOf, type RankedPod } from './job-pods.ts';
import { jobView, titleOf } from './job-view.ts';
import { lifeOf } from './log-lines.ts';
import { devicesOf, type Usage, usageOf } from './pod-usage.ts';
import { progressText } from './progress-text.ts';
import { type Session, type TrainFlags, trainCommand, withSession } from './session.ts';

/** Lines of rank 0 that are searched for progress. */
const TAIL = 400;

/** How one pod is doing. */
export interface PodLoad {
  readonly rank: number;
  readonly seat: string;
  readonly phase: string;
  readonly node?: string;
  readonly usage?: Usage;
  /** Devices it asks for, by resource name. */
  readonly devices: Readonly<Record<string, number>>;
}

export const topCommand = (): Command =>
  trainCommand('top', 'what the pods of a job use, and how far it is')
    .argument('<name>', 'NAME or KIND/NAME')
    .action((name: string, flags: TrainFlags) => withSession(flags, (session) => top(session, name)));

async function top(session: Session, name: string): Promise<void> {
  const found = await findJob(session, name);
  const pods = await podsOf(session.client, found);
  const [usage, logged] = await withProgress(stderrLog, 'reading what the pods use', () =>
    Promise.all([usageOf(session.client, found), loggedProgress(session, pods[0])]),
  );
  const { progress: reported, state } = jobView(found.trainKind, found.job);
  const progress = reported ?? logged;
  const loads = pods.map((ranked) => loadOf(ranked, usage));
  session.print(() => topText(`${titleOf(found.job)} is ${state}`, loads, progress), {
    state,
    progress: progress ?? null,
    metricsApi: usage !== undefined,
    pods: loads,
  });
  if (usage === undefined && !session.json && pods.length > 0) {
    stderrLog('processor and memory are not known: the cluster has no metrics API (metrics-server brings it)');
  }
  if (!progress && !session.json && pods.length > 0) {
    stderrLog('the program reports no progress: print lines such as "progress step=1 total=100 loss=0.5"');
  }
}

function loadOf({ rank, seat, pod }: RankedPod, usage: ReadonlyMap<string, Usage> | undefined): PodLoad {
  const used = usage?.get(pod.metadata.name ?? '');
  const { nodeName: node } = (pod.spec ?? {}) as { readonly nodeName?: string };
  const devices = Object.fromEntries(devicesOf({ pod }));
  return { rank, seat, phase: phaseOf(pod), ...(node && { node }), ...(used && { usage: used }), devices };
}

/** What the last lines of rank 0 say. */
async function loggedProgress(
  { client }: Session,
  first: RankedPod | undefined,
): Promise<ReportedProgress | undefined> {
  if (!first || lifeOf(first) === undefined) return undefined;
  const { namespace = '', name = '' } = first.pod.metadata;
  const { container } = first;
  const options = { tailLines: TAIL, signal: AbortSignal.timeout(10_000), ...(container && { container }) };
  const lines: string[] = [];
  try {
    for await (const line of podLogs(client, { namespace, name }, options)) lines.push(line);
  } catch (error) {
    // What is used can be shown all the same.
    stderrLog(`the log of ${first.seat} cannot be read: ${(error as Error).message}`);
  }
  return progressAfter(lines);
}

/** Pure. */
export function topText(title: string, loads: readonly PodLoad[], progress: ReportedProgress | undefined): string {
  const rows = loads.map(({ rank, seat, phase, node, usage, devices }) => [
    String(rank),
    seat,
    phase,
    usage ? `${usage.cpuMilli}m` : '-',
    usage ? `${Math.round(usage.memoryBytes / 2 ** 20)}Mi` : '-',
    Object.entries(devices)
      .map(([resource, amount]) => `${amount} ${resource}`)
      .join(', ') || '-',
    node ?? '-',
  ]);
  const table = columns([['RANK', 'POD', 'PHASE', 'CPU', 'MEMORY', 'DEVICES', 'NODE'], ...rows]);
  const lines = [
    `${title}${progress ? `: ${progressText(progress)}` : ''}`,
    ...(loads.length > 0 ? ['', ...table] : ['it has no pods']),
  ];
  return `${lines.join('\n')}\n`;
}
