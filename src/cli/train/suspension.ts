import type { Command } from 'commander';
import { stderrLog, withProgress } from '../../runtime/progress.ts';
import { findJob } from './find-job.ts';
import { outcomeOf, titleOf } from './job-view.ts';
import { type Session, type TrainFlags, trainCommand, withSession } from './session.ts';

interface Verb {
  readonly name: 'stop' | 'resume';
  readonly description: string;
  readonly suspend: boolean;
  /** What to say when it is so already. */
  readonly already: string;
  readonly done: (title: string, namespace: string) => string;
}

/** `stop` and `resume`: the two ends of suspension. */
export const suspensionCommand = (verb: Verb): Command =>
  trainCommand(verb.name, verb.description)
    .argument('<name>', 'NAME or KIND/NAME')
    .action((name: string, flags: TrainFlags) => withSession(flags, (session) => turn(session, name, verb)));

async function turn(session: Session, name: string, verb: Verb): Promise<void> {
  const { trainKind, job } = await findJob(session, name);
  const { namespace = '', name: own = '', resourceVersion } = job.metadata;
  const title = titleOf(job);
  const outcome = outcomeOf(trainKind, job);
  if (outcome) throw new Error(`${title} has ${outcome} already; submit it again under another name to run it anew`);
  const result = { kind: job.kind, namespace, name: own, suspended: verb.suspend };
  if (trainKind.isSuspended(job) === verb.suspend) {
    if (!session.json) stderrLog(`${title} ${verb.already}`);
    session.print(() => '', { ...result, changed: false });
    return;
  }
  const patch = { metadata: { resourceVersion }, ...trainKind.suspension(verb.suspend) };
  await withProgress(stderrLog, `${verb.name} ${title}`, () =>
    session.client.patch(trainKind.kind, { namespace, name: own }, 'merge', patch, { fieldManager: 'armature-train' }),
  );
  session.print(() => `${verb.done(title, namespace)}\n`, { ...result, changed: true });
}
