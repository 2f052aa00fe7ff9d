import { setTimeout as pause } from 'node:timers/promises';
import { POD } from '../../src/api/kinds.ts';
import { conditionOf, type Kind, type KubeObject } from '../../src/api/kube.ts';
import { JOB_NAME_LABEL, JOB_ROLE_LABEL, JOB_ROLE_MASTER } from '../../src/api/labels.ts';
import { FIELD_MANAGER } from '../../src/cli/install-objects.ts';
import { podLogs } from '../../src/cli/pod-logs.ts';
import { type Progress, waitUntil } from '../../src/cli/wait.ts';
import { isNotFound } from '../../src/runtime/client.ts';
import type { HttpClient } from '../../src/runtime/http-client.ts';
import type { Log } from '../../src/runtime/progress.ts';

export interface JobRef {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

const TRAINING_TIMEOUT_MS = 300_000;

/** Removes a job that an earlier quickstart left, so that submitting it runs it again. */
export async function removeEarlier(client: HttpClient, job: JobRef, log: Log): Promise<void> {
  try {
    await client.delete(job.kind, job, { propagationPolicy: 'Foreground' });
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  const look = async (): Promise<Progress> => {
    const found = await readOrNothing(() => client.get(job.kind, job));
    return found ? { done: false, waitingFor: `${job.name} is being deleted` } : { done: true };
  };
  await waitUntil('waiting for the job of an earlier run to go', look, { log, timeoutMs: 60_000 });
}

export const submit = (client: HttpClient, ref: JobRef, job: KubeObject): Promise<KubeObject> =>
  client.patch(ref.kind, ref, 'apply', job, { fieldManager: FIELD_MANAGER, force: true });

/** Reads `accuracy=0.97` off a line that says nothing else. */
export function accuracyIn(line: string): number | undefined {
  const found = /^accuracy=(\d+(?:\.\d+)?)$/.exec(line.trim());
  return found ? Number(found[1]) : undefined;
}

/**
 * Shows what the pod of rank 0 says until the job ends; resolves to the accuracy it reported.
 * @throws when the job fails, is not done in five minutes, or never said its accuracy
 */
export async function followTraining(client: HttpClient, job: JobRef, log: Log): Promise<number> {
  const ended = new AbortController();
  let accuracy: number | undefined;
  const logs = streamLeader(client, job, ended.signal, (line) => {
    log(`    ${line}`);
    accuracy = accuracyIn(line) ?? accuracy;
  });
  try {
    await waitUntil(`training ${job.namespace}/${job.name}`, () => progressOf(client, job), {
      log,
      timeoutMs: TRAINING_TIMEOUT_MS,
    });
    await Promise.race([logs, pause(5_000, undefined, { ref: false })]);
  } finally {
    ended.abort();
    await logs;
  }
  if (accuracy === undefined) throw new Error(`${job.name} succeeded, but its log never said accuracy=`);
  return accuracy;
}

async function progressOf(client: HttpClient, ref: JobRef): Promise<Progress> {
  const job = await client.get(ref.kind, ref);
  if (conditionOf(job, 'Succeeded')?.status === 'True') return { done: true };
  const failed = conditionOf(job, 'Failed');
  if (failed?.status === 'True') throw new Error(`the job failed (${failed.reason}): ${failed.message}`);
  return { done: false, waitingFor: countsOf(job) || 'the controller has not looked at the job yet' };
}

/** Such as `Master 1 active, Worker 2 active`. */
export function countsOf(job: KubeObject): string {
  const { replicaStatuses = {} } = (job.status ?? {}) as { replicaStatuses?: Record<string, Record<string, unknown>> };
  return Object.entries(replicaStatuses)
    .flatMap(([role, status]) =>
      ['active', 'succeeded', 'failed']
        .filter((state) => status[state])
        .map((state) => `${role} ${status[state]} ${state}`),
    )
    .join(', ');
}

/** Follows the log of the pod of rank 0 from its first line; waits for the pod to start, and gives up only when told to. */
async function streamLeader(client: HttpClient, job: JobRef, signal: AbortSignal, onLine: Log): Promise<void> {
  const { namespace } = job;
  const labelSelector = `${JOB_NAME_LABEL}=${job.name},${JOB_ROLE_LABEL}=${JOB_ROLE_MASTER}`;
  while (!signal.aborted) {
    const pods = await readOrNothing(() => client.list(POD, { namespace, labelSelector, signal }));
    const found = pods?.items[0];
    const phase = (found?.status as { phase?: string } | undefined)?.phase;
    if (found && (phase === 'Running' || phase === 'Succeeded')) {
      const pod = { namespace, name: found.metadata.name ?? '' };
      try {
        for await (const line of podLogs(client, pod, { follow: true, signal })) onLine(line);
        return;
      } catch {
        // The container may have ended between the two requests: ask again.
      }
    }
    await pause(200);
  }
}

async function readOrNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isNotFound(error) || (error as Error).name === 'AbortError') return undefined;
    throw error;
  }
}
