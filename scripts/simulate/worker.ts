import { parentPort } from 'node:worker_threads';
import { type HistoryPlan, play } from './play.ts';

parentPort?.on('message', async (plan: HistoryPlan) => {
  parentPort?.postMessage(await play(plan));
});
