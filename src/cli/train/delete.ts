import type { Command } from 'commander';
import { stderrLog, withProgress } from '../../runtime/progress.ts';
import { type Found, findJob } from './find-job.ts';
import { titleOf } from './job-view.ts';
import { type Session, type TrainFlags, trainCommand, withSession } from './session.ts';
import { watchJob } from './watch-job.ts';

interface Flags extends TrainFlags {
  readonly wait: boolean;
}

export const deleteCommand = (): Command =>
  trainCommand('delete', 'delete a job and everything that was made for it')
    .argument('<name>', 'NAME or KIND/NAME')
    .option('--no-wait', 'do not wait until its pods are gone')
    .action((name: string, flags: Flags) => withSession(flags, (session) => remove(session, name, flags)));

async function remove(session: Session, name: string, { wait }: Flags): Promise<void> {
  const found = await findJob(session, name);
  const { namespace = '', name: own = '', uid } = found.job.metadata;
  const title = titleOf(found.job);
  await withProgress(stderrLog, `deleting ${title}`, async () => {
    const fence = { ...(uid && { uid }), propagationPolicy: 'Background' } as const;
    await session.client.delete(found.trainKind.kind, { namespace, name: own }, fence);
    if (wait) await gone(session, found);
  });
  session.print(() => `${title} is deleted${wait ? '' : ', its pods are ending'}\n`, {
    kind: found.job.kind,
    namespace,
    name: own,
    deleted: true,
  });
}

async function gone(session: Session, found: Found): Promise<void> {
  const left = new AbortController();
  for await (const { job, pods } of watchJob(session.client, found, { log: stderrLog, signal: left.signal })) {
    if (!job && pods.length === 0) return;
  }
}
