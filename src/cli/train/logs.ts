import { type Command, InvalidArgumentError } from 'commander';
import { ApiError } from '../../runtime/client.ts';
import { stderrLog } from '../../runtime/progress.ts';
import { progressIn } from '../../training/progress/lines.ts';
import { podLogs } from '../pod-logs.ts';
import { durationOf } from '../simulate/duration.ts';
import { type Found, findJob } from './find-job.ts';
import { follow, tellEnding } from './follow.ts';
import { podsOf, type RankedPod } from './job-pods.ts';
import { outcomeOf, titleOf } from './job-view.ts';
import { lifeOf, prefixed } from './log-lines.ts';
import { type Session, type TrainFlags, trainCommand, withSession } from './session.ts';

interface Flags extends TrainFlags {
  readonly follow?: boolean;
  readonly rank?: number;
  readonly all?: boolean;
  readonly previous?: boolean;
  readonly tail?: number;
  readonly since?: string;
}

export const logsCommand = (): Command =>
  trainCommand('logs', 'what the pods of a job write; without --rank or --all, what rank 0 writes')
    .argument('<name>', 'NAME or KIND/NAME')
    .option('-f, --follow', 'go on until the job ends, over restarts of its pods')
    .option('--rank <number>', 'the pod of this rank', count)
    .option('--all', 'all pods, each line with its rank and name')
    .option('--previous', "of the container's life before its last restart")
    .option('--tail <lines>', 'only the last lines of each pod', count)
    .option('--since <duration>', 'only what was written lately, such as 10m')
    .action((name: string, flags: Flags) => withSession(flags, (session) => logs(session, name, flags)));

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('it must be a whole number, zero or more.');
}

async function logs(session: Session, name: string, flags: Flags): Promise<void> {
  if (flags.all && flags.rank !== undefined) throw new Error('--all and --rank exclude each other: leave one out');
  if (flags.follow && flags.previous)
    throw new Error('what is over cannot be followed: leave out --follow or --previous');
  const found = await findJob(session, name);
  const rank = flags.all ? undefined : (flags.rank ?? 0);
  if (flags.follow && !outcomeOf(found.trainKind, found.job)) {
    const ending = await follow(session, found, {
      ...(rank !== undefined && { rank }),
      ...(flags.tail !== undefined && { tailLines: flags.tail }),
      prefix: rank === undefined,
    });
    if (ending === 'left') tellEnding(ending, found);
    return;
  }
  const pods = await podsOf(session.client, found);
  const chosen = chosenPods(found, pods, rank);
  for (const pod of chosen) await print(session, pod, flags, rank === undefined);
}

/** @throws saying why there is nothing to read, and where to look */
function chosenPods(
  { job, trainKind }: Found,
  pods: readonly RankedPod[],
  rank: number | undefined,
): readonly RankedPod[] {
  const title = titleOf(job);
  const more = `\`armature train get ${title} -n ${job.metadata.namespace}\` tells more`;
  if (pods.length === 0) {
    const why = trainKind.isSuspended(job)
      ? 'is suspended, and has no pods'
      : outcomeOf(trainKind, job)
        ? 'has ended and its pods are cleaned away; keep them with cleanPodPolicy: None'
        : 'has no pods yet';
    throw new Error(`${title} ${why}; ${more}`);
  }
  const chosen = rank === undefined ? pods : pods.filter((pod) => pod.rank === rank);
  if (chosen.length > 0) return chosen;
  const ranks = pods.map((pod) => `${pod.rank} (${pod.seat})`).join(', ');
  throw new Error(`${title} has no pod of rank ${rank}; there are ${ranks}`);
}

async function print(session: Session, ranked: RankedPod, flags: Flags, prefix: boolean): Promise<void> {
  const { namespace = '', name = '' } = ranked.pod.metadata;
  if (lifeOf(ranked) === undefined && !flags.previous) {
    stderrLog(`${ranked.seat} has written nothing yet: its container has not started`);
    return;
  }
  const leaving = new AbortController();
  const options = {
    signal: leaving.signal,
    ...(ranked.container && { container: ranked.container }),
    ...(flags.previous && { previous: true }),
    ...(flags.tail !== undefined && { tailLines: flags.tail }),
    ...(flags.since && { sinceSeconds: Math.max(1, Math.ceil(durationOf(flags.since, '--since') / 1000)) }),
  };
  try {
    for await (const line of podLogs(session.client, { namespace, name }, options)) {
      const { rank, seat } = ranked;
      const progress = session.json ? progressIn(line) : undefined;
      session.print(() => (prefix ? prefixed(ranked, line) : `${line}\n`), {
        type: 'log',
        rank,
        pod: seat,
        line,
        ...(progress && { progress }),
      });
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 400 || !flags.previous) throw error;
    throw new Error(`${ranked.seat} was not restarted, so there is no life before this one: leave out --previous`);
  }
}
