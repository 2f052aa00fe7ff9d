import { type Command, InvalidArgumentError } from 'commander';
import { ApiError, isNotFound } from '../../runtime/client.ts';
import { stderrLog, withProgress } from '../../runtime/progress.ts';
import { type Found, findJob } from './find-job.ts';
import { outcomeOf, titleOf } from './job-view.ts';
import { type Session, type TrainFlags, trainCommand, withSession } from './session.ts';

export const scaleCommand = (): Command =>
  trainCommand('scale', 'change the number of workers of a job')
    .argument('<name>', 'NAME or KIND/NAME')
    .argument('<workers>', 'how many there should be', workers)
    .action((name: string, count: number, flags: TrainFlags) =>
      withSession(flags, (session) => scale(session, name, count)),
    );

function workers(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('it must be a whole number, zero or more.');
}

async function scale(session: Session, name: string, count: number): Promise<void> {
  const found = await findJob(session, name);
  const { trainKind, job } = found;
  const title = titleOf(job);
  const outcome = outcomeOf(trainKind, job);
  if (outcome) throw new Error(`${title} has ${outcome} already; submit it again under another name with more workers`);
  await withProgress(stderrLog, `scaling ${title}`, () => write(session, found, count));
  const { namespace, name: own } = job.metadata;
  session.print(() => `${title} is scaled to ${count} workers\n`, {
    kind: job.kind,
    namespace,
    name: own,
    workers: count,
  });
}

async function write({ client }: Session, { trainKind, job }: Found, count: number): Promise<void> {
  const { namespace = '', name = '' } = job.metadata;
  const { scaling } = trainKind;
  const title = titleOf(job);
  const fixed = new Error(`the workers of ${title} cannot be changed: delete it, and submit it with another number`);
  if (!scaling) throw fixed;
  const manager = { fieldManager: 'armature-train' };
  if ('patch' in scaling) {
    await client.patch(trainKind.kind, { namespace, name }, 'merge', scaling.patch(count), manager);
    return;
  }
  try {
    const options = { ...manager, subresource: 'scale' };
    await client.patch(trainKind.kind, { namespace, name }, 'merge', { spec: { replicas: count } }, options);
  } catch (error) {
    if (isNotFound(error)) throw fixed;
    if (error instanceof ApiError && error.code === 422) {
      throw new Error(`${title} cannot be scaled to ${count} workers: ${error.message}`);
    }
    throw error;
  }
}
