import { POD } from '../../src/api/kinds.ts';
import { type Api, pathOf } from './api.ts';
import { eventually } from './eventually.ts';
import type { JobUnderTest } from './pytorch-job.ts';

/** What a pod's container has printed; empty while there is nothing to read. */
export async function podLog(api: Api, namespace: string, pod: string): Promise<string> {
  const answer = await api.raw('GET', pathOf(POD, namespace, pod, 'log'));
  return answer.code === 200 ? answer.text : '';
}

/** Waits until the job's Master has printed the end of this epoch. */
export function epochOf(job: JobUnderTest, epoch: number, timeoutMs = 180_000): Promise<boolean> {
  const says = async () => (await podLog(job.api, job.namespace, `${job.name}-master-0`)).includes(`epoch=${epoch} `);
  return eventually(`epoch ${epoch} of ${job.name}`, says, { timeoutMs, everyMs: 200 });
}

/** The share of unseen digits that the finished job's Master says it recognises. */
export async function accuracyOf(job: JobUnderTest): Promise<number> {
  const log = await podLog(job.api, job.namespace, `${job.name}-master-0`);
  return Number(/^accuracy=(\S+)$/m.exec(log)?.[1]);
}
