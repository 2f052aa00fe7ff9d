import { type Fault, type HistoryResult, playHistory } from '../../src/embedded/simulation/history.ts';
import { PLANTED_BUGS } from '../../src/embedded/simulation/planted-bugs.ts';
import { trainingSubject } from './subject.ts';

/** One history, in words that travel between threads and on command lines. */
export interface HistoryPlan {
  readonly seed: number;
  readonly steps: number;
  readonly without: readonly Fault[];
  readonly plant?: string;
  readonly log?: (line: string) => void;
}

export function play({ seed, steps, without, plant, log }: HistoryPlan): Promise<HistoryResult> {
  const bug = PLANTED_BUGS.find(({ name }) => name === plant);
  return playHistory(trainingSubject, { seed, steps, without, ...(bug && { bug }), ...(log && { log }) });
}

/** The command that plays a history again. */
export function replayLine({ seed, steps, without, plant }: HistoryPlan): string {
  const options = [
    `--seed ${seed}`,
    `--steps ${steps}`,
    ...(without.length > 0 ? [`--without ${without.join(',')}`] : []),
    ...(plant ? [`--plant ${plant}`] : []),
  ];
  return `npm run simulate -- ${options.join(' ')} --log`;
}
