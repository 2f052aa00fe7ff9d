import type { Command } from 'commander';
import { age } from '../../embedded/http/table/duration.ts';
import { stderrLog, withProgress } from '../../runtime/progress.ts';
import { columns } from '../columns.ts';
import { listJobs } from './find-job.ts';
import { type JobView, jobView } from './job-view.ts';
import { type Session, type TrainFlags, trainCommand, withSession } from './session.ts';

interface Flags extends TrainFlags {
  readonly state?: string;
}

export const listCommand = (): Command =>
  trainCommand('list', 'the training jobs, newest first')
    .option('--state <state>', 'only those in this state, such as Running or Failed')
    .action((flags: Flags) => withSession(flags, (session) => list(session, flags)));

async function list(session: Session, { state }: Flags): Promise<void> {
  const found = await withProgress(stderrLog, 'listing training jobs', () => listJobs(session));
  const views = found
    .map(({ trainKind, job }) => jobView(trainKind, job))
    .filter((view) => state === undefined || view.state.toLowerCase() === state.toLowerCase())
    .sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''));
  if (session.json) for (const view of views) session.print(() => '', view);
  else process.stdout.write(listText(views, { everywhere: session.scope === undefined, now: Date.now() }));
  if (views.length === 0) {
    const where = session.scope === undefined ? '' : ` in ${session.scope}; -A looks in every namespace`;
    stderrLog(`no training jobs${state ? ` in the state ${state}` : ''}${where}`);
  }
}

/** Pure. */
export function listText(views: readonly JobView[], { everywhere, now }: { everywhere: boolean; now: number }): string {
  if (views.length === 0) return '';
  const head = [...(everywhere ? ['NAMESPACE'] : []), 'NAME', 'KIND', 'STATE', 'PODS', 'PROGRESS', 'RESTARTS', 'AGE'];
  const rows = views.map((view) => [
    ...(everywhere ? [view.namespace] : []),
    view.name,
    view.kind,
    stateText(view),
    podsText(view),
    view.progress?.percent === undefined ? '-' : `${Math.floor(view.progress.percent)}%`,
    String(view.restarts),
    age(view.createdAt, now),
  ]);
  return `${columns([head, ...rows]).join('\n')}\n`;
}

/** A job whose pods are in trouble says so. */
const stateText = ({ state, trouble }: JobView): string => (trouble ? `${state} (trouble)` : state);

/** Pods that run of those that should, or that were done. */
function podsText({ replicas }: JobView): string {
  const sum = (of: (replica: JobView['replicas'][number]) => number) =>
    replicas.reduce((total, replica) => total + of(replica), 0);
  return `${sum(({ active, succeeded }) => active + succeeded)}/${sum(({ wanted }) => wanted)}`;
}
