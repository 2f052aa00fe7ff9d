import type { KubeObject } from '../../api/kube.ts';
import { ATTEMPT_LABEL } from '../../api/labels.ts';
import { phaseOf } from '../../api/pod-phase.ts';
import { InvariantViolation } from './invariant-violation.ts';

/** What a status says of the attempt under way. */
export interface Attempt {
  readonly number: number;
  readonly failures?: number;
}

interface WholeJob {
  readonly key: string;
  readonly backoffLimit: number;
  number: number;
  failures: number;
  /** UIDs of the pods that are there, with the attempts that they were made for. */
  readonly pods: Map<string, number>;
  /** Attempts in which a pod failed. */
  readonly failed: Set<number>;
}

/** What holds for jobs that restart as a whole: attempts are counted once, and none mixes pods of two. */
export class Attempts {
  readonly #jobs = new Map<string, WholeJob>();

  jobChanged(
    key: string,
    uid: string,
    runPolicy: { readonly restartScope?: string; readonly backoffLimit?: number } | undefined,
    { number = 1, failures = 0 }: Partial<Attempt> = {},
  ): void {
    if (runPolicy?.restartScope !== 'Job') return;
    const { backoffLimit = Number.POSITIVE_INFINITY } = runPolicy;
    const job = this.#jobs.get(uid) ?? {
      key,
      backoffLimit,
      number: 1,
      failures: 0,
      pods: new Map(),
      failed: new Set(),
    };
    this.#jobs.set(uid, job);
    const [steps, counted] = [number - job.number, failures - job.failures];
    if (steps < 0 || steps > 1) {
      throw new InvariantViolation(`the attempt of ${key} went from ${job.number} to ${number}`);
    }
    if (counted < 0 || counted > steps) {
      throw new InvariantViolation(
        `${key} went from ${job.failures} failed attempts to ${failures} with attempt ${number}`,
      );
    }
    if (counted > 0 && !job.failed.has(job.number)) {
      throw new InvariantViolation(`${key} counts attempt ${job.number} as failed, and no pod of it has failed`);
    }
    if (failures > backoffLimit) {
      throw new InvariantViolation(
        `${key} has ${failures} failed attempts behind it, and its backoffLimit is ${backoffLimit}`,
      );
    }
    job.number = number;
    job.failures = failures;
  }

  /** One of Kubernetes' own Jobs, which stands for pods of a job, has failed. */
  childFailed(owner: string, { metadata }: KubeObject): void {
    this.#jobs.get(owner)?.failed.add(Number(metadata.labels?.[ATTEMPT_LABEL]));
  }

  podChanged(key: string, owner: string, type: string, pod: KubeObject, trusted: boolean): void {
    const job = this.#jobs.get(owner);
    if (!job) return;
    const { uid = '', labels } = pod.metadata;
    const attempt = Number(labels?.[ATTEMPT_LABEL]);
    if (phaseOf(pod) === 'Failed') job.failed.add(attempt);
    if (type === 'DELETED') job.pods.delete(uid);
    else if (type === 'ADDED') {
      if (trusted && attempt !== job.number) {
        throw new InvariantViolation(
          `pod ${key} was made for attempt ${attempt} of ${job.key}, which is in ${job.number}`,
        );
      }
      const others = [...job.pods.values()].filter((other) => other !== attempt);
      if (trusted && others.length > 0) {
        throw new InvariantViolation(`pod ${key} of attempt ${attempt} was made beside pods of attempt ${others[0]}`);
      }
      job.pods.set(uid, attempt);
    }
  }

  forget(uid: string): void {
    this.#jobs.delete(uid);
  }
}
