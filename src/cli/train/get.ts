import type { Command } from 'commander';
import { phaseOf } from '../../api/pod-phase.ts';
import { age, humanDuration } from '../../embedded/http/table/duration.ts';
import { stderrLog, withProgress } from '../../runtime/progress.ts';
import { columns } from '../columns.ts';
import { describePod } from '../explain-pods.ts';
import { findJob } from './find-job.ts';
import { eventsOf, type JobEvent } from './job-events.ts';
import { podsOf, type RankedPod } from './job-pods.ts';
import { type JobView, jobView } from './job-view.ts';
import { progressText } from './progress-text.ts';
import { type Session, type TrainFlags, trainCommand, withSession } from './session.ts';

/** Lines shown of what a pod wrote last. */
const LOG_LINES = 5;
/** Warnings shown, the last ones. */
const WARNINGS = 5;

/** All that `armature train get` says. */
export interface JobReport {
  readonly view: JobView;
  readonly pods: readonly RankedPod[];
  readonly warnings: readonly JobEvent[];
}

export const getCommand = (): Command =>
  trainCommand('get', 'one job: its state, pods, progress and last warnings')
    .argument('<name>', 'NAME or KIND/NAME')
    .action((name: string, flags: TrainFlags) => withSession(flags, (session) => get(session, name)));

async function get(session: Session, name: string): Promise<void> {
  const found = await findJob(session, name);
  const [pods, events] = await withProgress(stderrLog, 'reading pods and events', () =>
    Promise.all([podsOf(session.client, found), eventsOf(session.client, found)]),
  );
  const view = jobView(found.trainKind, found.job);
  const warnings = events.filter(({ type }) => type === 'Warning').slice(-WARNINGS);
  session.print(() => jobText({ view, pods, warnings }, Date.now()), {
    ...view,
    conditions: (found.job.status as { readonly conditions?: unknown } | undefined)?.conditions ?? [],
    pods: pods.map(({ rank, seat, pod }) => ({
      rank,
      seat,
      name: pod.metadata.name,
      phase: phaseOf(pod),
      node: (pod.spec as { readonly nodeName?: string } | undefined)?.nodeName,
    })),
    warnings,
  });
}

/** Pure. */
export function jobText({ view, pods, warnings }: JobReport, now: number): string {
  const { kind, namespace, name, state, message, trouble, progress, replicas, restarts } = view;
  const facts: (readonly [string, string])[] = [
    ['State', message ? `${state}: ${message}` : state],
    ...(trouble ? [['Trouble', trouble] as const] : []),
    ...(progress ? [['Progress', progressText(progress)] as const] : []),
    ['Pods', replicas.map(replicaText).join(', ')],
    ...(restarts > 0 ? [['Restarts', String(restarts)] as const] : []),
    ['Times', timesText(view, now)],
  ];
  const lines = [
    `${kind} ${namespace}/${name}`,
    ...columns(facts.map(([label, text]) => [`  ${label}`, text])),
    ...(pods.length > 0 ? ['', 'Pods by rank', ...pods.map(podText)] : []),
    ...(view.failures.length > 0 ? ['', 'Last failures', ...view.failures.flatMap(failureLines)] : []),
    ...(warnings.length > 0
      ? ['', 'Last warnings', ...warnings.map(({ about, reason, message: said }) => `  ${about}: ${reason}: ${said}`)]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** What was lost and why, and the end of what it wrote. */
function failureLines({ attempt, rank, message, counted, log }: JobView['failures'][number]): string[] {
  const last = (log ?? '').trimEnd().split('\n').filter(Boolean).slice(-LOG_LINES);
  const how = counted ? '' : ' (not counted)';
  return [`  attempt ${attempt}, rank ${rank}: ${message}${how}`, ...last.map((line) => `    | ${line}`)];
}

function replicaText({ type, wanted, active, succeeded, failed }: JobView['replicas'][number]): string {
  const counts = [
    `${active} running`,
    ...(succeeded > 0 ? [`${succeeded} succeeded`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return `${type} ${wanted} (${counts.join(', ')})`;
}

function podText({ rank, seat, pod }: RankedPod): string {
  const node = (pod.spec as { readonly nodeName?: string } | undefined)?.nodeName;
  const [, ...words] = describePod(pod).split(' ');
  return `  ${rank} ${seat} ${words.join(' ')}${node ? ` on ${node}` : ''}`;
}

function timesText({ createdAt, startedAt, endedAt }: JobView, now: number): string {
  const parts = [`made ${age(createdAt, now)} ago`];
  const until = endedAt ? Date.parse(endedAt) : now;
  if (startedAt) parts.push(`${endedAt ? 'ran for' : 'at work for'} ${humanDuration(until - Date.parse(startedAt))}`);
  if (endedAt) parts.push(`ended ${age(endedAt, now)} ago`);
  return parts.join(', ');
}
