import { type Command, InvalidArgumentError } from 'commander';
import { conditionOf, type KubeObject } from '../../api/kube.ts';
import { stderrLog, withProgress } from '../../runtime/progress.ts';
import { durationText, parseDuration } from '../simulate/duration.ts';
import { type Found, findJob } from './find-job.ts';
import { jobView, outcomeOf, titleOf } from './job-view.ts';
import { type Session, type TrainFlags, trainCommand, withSession } from './session.ts';
import { watchJob } from './watch-job.ts';

const STATES = ['ended', 'succeeded', 'running', 'suspended', 'deleted'] as const;
type State = (typeof STATES)[number];

const DONE: Readonly<Record<State, string>> = {
  ended: 'has ended',
  succeeded: 'has succeeded',
  running: 'is running',
  suspended: 'is suspended',
  deleted: 'is deleted',
};

interface Flags extends TrainFlags {
  readonly for: State;
  readonly timeout?: number;
}

export const waitCommand = (): Command =>
  trainCommand('wait', 'wait for a job; exits with 1 when it ended otherwise, or time is up')
    .argument('<name>', 'NAME or KIND/NAME')
    .option('--for <state>', STATES.join(', '), stateNamed, 'succeeded')
    .option('--timeout <duration>', 'such as 90s or 2h; default: as long as it takes', timeout)
    .action((name: string, flags: Flags) => withSession(flags, (session) => wait(session, name, flags)));

function stateNamed(text: string): State {
  const state = STATES.find((known) => known === text.toLowerCase());
  if (state) return state;
  throw new InvalidArgumentError(`it must be one of ${STATES.join(', ')}.`);
}

function timeout(text: string): number {
  const value = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  if (value !== undefined && value > 0) return value;
  throw new InvalidArgumentError('write it like 90s, 2h30m or 2d.');
}

async function wait(session: Session, name: string, flags: Flags): Promise<void> {
  const found = await findJob(session, name);
  const title = titleOf(found.job);
  const signal = flags.timeout === undefined ? new AbortController().signal : AbortSignal.timeout(flags.timeout);
  const { reached, job } = await withProgress(stderrLog, `waiting until ${title} ${DONE[flags.for]}`, () =>
    reach(session, found, flags.for, signal),
  );
  const view = jobView(found.trainKind, job);
  session.print(() => (reached ? `${title} ${DONE[flags.for]}\n` : ''), { reached, for: flags.for, job: view });
  if (reached) return;
  if (session.json) process.exitCode = 1;
  else if (signal.aborted) {
    const after = durationText(flags.timeout ?? 0);
    throw new Error(
      `${title} was not ${flags.for} within ${after}: it is ${view.state}${view.trouble ? `; ${view.trouble}` : ''}`,
    );
  } else
    throw new Error(
      `${title} ended without being ${flags.for}: it is ${view.state}${view.message ? `: ${view.message}` : ''}`,
    );
}

interface Reached {
  readonly reached: boolean;
  /** As it was last. */
  readonly job: KubeObject;
}

async function reach(session: Session, found: Found, state: State, signal: AbortSignal): Promise<Reached> {
  let last = found.job;
  for await (const { job } of watchJob(session.client, found, { pods: false, log: stderrLog, signal })) {
    if (!job) return { reached: state === 'deleted', job: last };
    last = job;
    const verdict = verdictOf(found, job, state);
    if (verdict !== undefined) return { reached: verdict, job };
  }
  return { reached: false, job: last };
}

/** Whether the job is in the state, or can never be; undefined when time will tell. Pure. */
export function verdictOf({ trainKind }: Pick<Found, 'trainKind'>, job: KubeObject, state: State): boolean | undefined {
  const outcome = outcomeOf(trainKind, job);
  if (state === 'deleted') return undefined;
  if (state === 'ended') return outcome ? true : undefined;
  if (state === 'succeeded') return outcome ? outcome === 'succeeded' : undefined;
  const wanted = state === 'suspended' ? 'Suspended' : 'Running';
  if (conditionOf(job, wanted)?.status === 'True') return true;
  if (state === 'running' && !outcome && trainKind.isRunning?.(job)) return true;
  return outcome ? false : undefined;
}
