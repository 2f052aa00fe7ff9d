import { type Fault, type HistoryResult, playHistory } from '../../src/embedded/simulation/history.ts';
import { PLANTED_BUGS } from '../../src/embedded/simulation/planted-bugs.ts';
import { jobSetSubject } from './job-set-subject.ts';
import { trainingSubject } from './subject.ts';

/** What histories may be about. */
export const SUBJECTS = { jobs: trainingSubject, sets: jobSetSubject };

/** One history, in words that travel between threads and on command lines. */
export interface HistoryPlan {
  readonly seed: number;
  readonly steps: number;
  readonly without: readonly Fault[];
  readonly plant?: string;
  /** @default jobs */
  readonly subject?: keyof typeof SUBJECTS;
  readonly log?: (line: string) => void;
}

export function play({ seed, steps, without, plant, subject = 'jobs', log }: HistoryPlan): Promise<HistoryResult> {
  const bug = PLANTED_BUGS.find(({ name }) => name === plant);
  return playHistory(SUBJECTS[subject], { seed, steps, without, ...(bug && { bug }), ...(log && { log }) });
}

/** The command that plays a history again. */
export function replayLine({ seed, steps, without, plant, subject }: HistoryPlan): string {
  const options = [
    `--seed ${seed}`,
    `--steps ${steps}`,
    ...(without.length > 0 ? [`--without ${without.join(',')}`] : []),
    ...(plant ? [`--plant ${plant}`] : []),
    ...(subject ? [`--subject ${subject}`] : []),
  ];
  return `npm run simulate -- ${options.join(' ')} --log`;
}
