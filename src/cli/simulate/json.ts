import type { Simulated } from './run.ts';
import { summaryOf } from './summary.ts';

/** For programs: one JSON object, with the summary that the table shows, every job and every preemption. */
export function json({ outcome, leftOut }: Simulated): string {
  const moment = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  const jobs = outcome.jobs.map(({ arrival, started, ended, runMs, lostMs, ...job }) => ({
    ...job,
    arrival: moment(arrival),
    started: moment(started),
    ended: moment(ended),
    waitSeconds: started === undefined ? undefined : (started - arrival) / 1000,
    runSeconds: runMs / 1000,
    lostSeconds: lostMs / 1000,
  }));
  const preemptions = outcome.preemptions.map((each) => ({ ...each, at: moment(each.at) }));
  const { jobs: counts, preemptions: pairs, ...summary } = summaryOf(outcome);
  return `${JSON.stringify({
    ...summary,
    counts,
    preempted: pairs,
    jobs,
    preemptions,
    notSimulated: Object.fromEntries(leftOut),
  })}\n`;
}
