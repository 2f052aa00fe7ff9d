import { setTimeout as pause } from 'node:timers/promises';
import type { FailureRecord } from '../../api/attempts.ts';
import type { KubeObject } from '../../api/kube.ts';
import { stderrLog } from '../../runtime/progress.ts';
import { progressIn } from '../../training/progress/lines.ts';
import type { Found } from './find-job.ts';
import { LogFollower } from './follow-logs.ts';
import { newsOf, newsText } from './job-news.ts';
import type { RankedPod } from './job-pods.ts';
import { jobView, type Outcome, outcomeOf, titleOf } from './job-view.ts';
import { prefixed } from './log-lines.ts';
import type { Session } from './session.ts';
import { watchJob } from './watch-job.ts';

export interface FollowOptions {
  /** Which pods' output is shown. @default - all */
  readonly rank?: number;
  /** Only the last lines of what is there already. @default - all */
  readonly tailLines?: number;
  /** Whether lines begin with who wrote them. @default true */
  readonly prefix?: boolean;
}

/** How following ended: `deleted` with the job, `left` by Ctrl-C. */
export type Ending = Outcome | 'deleted' | 'left';

/** What containers wrote last may come after the job has ended. */
const LAST_WORDS_MS = 5_000;

/** Shows a job's output, conditions and troubles as they come, until it ends or people have seen enough. */
export async function follow(session: Session, found: Found, options: FollowOptions = {}): Promise<Ending> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.once('SIGINT', leave);
  process.once('SIGTERM', leave);
  try {
    return await watchAndRead(session, found, options, leaving.signal);
  } finally {
    leaving.abort();
    process.removeListener('SIGINT', leave);
    process.removeListener('SIGTERM', leave);
  }
}

async function watchAndRead(
  session: Session,
  found: Found,
  options: FollowOptions,
  left: AbortSignal,
): Promise<Ending> {
  const reading = new AbortController();
  const logs = new LogFollower(session.client, {
    signal: AbortSignal.any([left, reading.signal]),
    ...(options.tailLines !== undefined && { tailLines: options.tailLines }),
    onLine: (pod, line) => showLine(session, pod, line, options.prefix ?? true),
    onLost: ({ seat }, why) => stderrLog(`… the output of ${seat} breaks off: ${why}`),
  });
  const shown = ({ rank }: RankedPod) => options.rank === undefined || options.rank === rank;
  let before: KubeObject | undefined;
  let told = failuresOf(found.job).at(-1)?.time ?? '';
  for await (const { job, pods } of watchJob(session.client, found, { log: stderrLog, signal: left })) {
    if (!job) return 'deleted';
    showNews(session, before, job);
    before = job;
    told = tellFailures(session, told, job);
    logs.follow(pods.filter(shown));
    const outcome = outcomeOf(found.trainKind, job);
    if (!outcome) continue;
    await Promise.race([logs.ended(), pause(LAST_WORDS_MS, undefined, { ref: false })]);
    reading.abort();
    session.print(() => '', { type: 'end', outcome, job: jobView(found.trainKind, job) });
    return outcome;
  }
  return 'left';
}

function showLine({ json }: Session, pod: RankedPod, line: string, prefix: boolean): void {
  if (!json) {
    process.stdout.write(prefix ? prefixed(pod, line) : `${line}\n`);
    return;
  }
  const progress = progressIn(line);
  const { rank, seat } = pod;
  process.stdout.write(`${JSON.stringify({ type: 'log', rank, pod: seat, line, ...(progress && { progress }) })}\n`);
}

const failuresOf = (job: KubeObject): readonly FailureRecord[] =>
  ((job.status ?? {}) as { readonly lastFailures?: readonly FailureRecord[] }).lastFailures ?? [];

/** Says why pods were lost, each loss once; resolves to the time of the last one. */
function tellFailures({ json }: Session, since: string, job: KubeObject): string {
  for (const failure of failuresOf(job).filter(({ time }) => time > since)) {
    if (json) process.stdout.write(`${JSON.stringify({ type: 'failure', failure })}\n`);
    else process.stderr.write(`· Lost in attempt ${failure.attempt}: rank ${failure.rank}: ${failure.message}\n`);
  }
  return failuresOf(job).at(-1)?.time ?? since;
}

function showNews({ json }: Session, before: KubeObject | undefined, job: KubeObject): void {
  for (const news of newsOf(before, job)) {
    if (json) process.stdout.write(`${JSON.stringify({ type: 'condition', condition: news })}\n`);
    else process.stderr.write(newsText(news));
  }
}

/** Says how it ended, and what to do then; sets the exit code to the job's result. */
export function tellEnding(ending: Ending, { trainKind, job }: Found, last: KubeObject = job): void {
  const title = titleOf(job);
  const { namespace } = job.metadata;
  const where = `-n ${namespace}`;
  if (ending === 'left') stderrLog(`${title} goes on; \`armature train logs -f ${title} ${where}\` shows it again`);
  if (ending === 'deleted') stderrLog(`${title} was deleted`);
  if (ending === 'failed' || ending === 'deleted') process.exitCode = 1;
  if (ending === 'failed') {
    const { message } = jobView(trainKind, last);
    stderrLog(
      `${title} has failed${message ? `: ${message}` : ''}; \`armature train get ${title} ${where}\` tells more`,
    );
  }
  if (ending === 'succeeded') stderrLog(`${title} has succeeded`);
}
