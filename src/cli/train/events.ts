import type { Command } from 'commander';
import { age } from '../../embedded/http/table/duration.ts';
import { stderrLog, withProgress } from '../../runtime/progress.ts';
import { columns } from '../columns.ts';
import { findJob } from './find-job.ts';
import { eventsOf, type JobEvent } from './job-events.ts';
import { titleOf } from './job-view.ts';
import { type Session, type TrainFlags, trainCommand, withSession } from './session.ts';

export const eventsCommand = (): Command =>
  trainCommand('events', 'what happened to a job and its pods, oldest first')
    .argument('<name>', 'NAME or KIND/NAME')
    .action((name: string, flags: TrainFlags) => withSession(flags, (session) => events(session, name)));

async function events(session: Session, name: string): Promise<void> {
  const found = await findJob(session, name);
  const happened = await withProgress(stderrLog, 'reading events', () => eventsOf(session.client, found));
  if (session.json) for (const event of happened) session.print(() => '', event);
  else process.stdout.write(eventsText(happened, Date.now()));
  if (happened.length === 0) {
    stderrLog(`nothing is known of ${titleOf(found.job)}: clusters forget events after an hour, or as they are set up`);
  }
}

/** Pure. */
export function eventsText(events: readonly JobEvent[], now: number): string {
  if (events.length === 0) return '';
  const rows = events.map(({ time, type, reason, about, message, count }) => [
    age(time, now),
    type,
    count > 1 ? `${reason} (x${count})` : reason,
    about,
    message.replaceAll('\n', ' '),
  ]);
  return `${columns([['AGE', 'TYPE', 'REASON', 'ABOUT', 'MESSAGE'], ...rows]).join('\n')}\n`;
}
