import { Worker } from 'node:worker_threads';
import type { HistoryResult } from '../../src/embedded/simulation/history.ts';
import type { HistoryPlan } from './play.ts';

export interface ManyHistories {
  readonly first: number;
  readonly count: number;
  readonly workers: number;
  readonly plan: Omit<HistoryPlan, 'seed' | 'log'>;
}

/** Plays a range of seeds on several threads, until `onResult` answers false. */
export async function playMany(many: ManyHistories, onResult: (result: HistoryResult) => boolean): Promise<void> {
  const { first, count, workers, plan } = many;
  let next = first;
  const take = () => (next < first + count ? next++ : undefined);
  const told = (result: HistoryResult) => {
    if (!onResult(result)) next = first + count;
  };
  await Promise.all(Array.from({ length: Math.min(workers, count) }, () => work(plan, take, told)));
}

function work(
  plan: ManyHistories['plan'],
  take: () => number | undefined,
  onResult: (result: HistoryResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    const hand = () => {
      const seed = take();
      if (seed !== undefined) worker.postMessage({ seed, ...plan });
      else void worker.terminate().then(() => resolve());
    };
    worker.on('message', (result: HistoryResult) => {
      onResult(result);
      hand();
    });
    worker.on('error', reject);
    hand();
  });
}
