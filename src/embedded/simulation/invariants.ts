import { COMPLETION_INDEX_ANNOTATION } from '../../api/batch.ts';
import { JOB } from '../../api/kinds.ts';
import { type Condition, controllerOf, type KubeObject } from '../../api/kube.ts';
import { hasEnded, phaseOf } from '../../api/pod-phase.ts';
import type { Change } from '../store.ts';
import { type Attempt, Attempts } from './attempts.ts';
import { InvariantViolation } from './invariant-violation.ts';

export { InvariantViolation } from './invariant-violation.ts';

interface Status {
  readonly conditions?: readonly Condition[];
  readonly completionTime?: string;
  readonly replicaStatuses?: Readonly<Record<string, { readonly restarts?: number }>>;
  readonly attempt?: Attempt;
}

interface RunPolicy {
  readonly backoffLimit?: number;
  readonly restartScope?: string;
}

/** How jobs, and sets of them, say that they are over. */
const ENDS = ['Succeeded', 'Completed', 'Complete', 'Failed'] as const;
type End = (typeof ENDS)[number];

interface JobRecord {
  readonly key: string;
  end?: End;
  completionTime?: string;
  restarts: number;
  readonly backoffLimit?: number;
  /** Its pods are made anew together; attempts are counted instead. */
  readonly whole: boolean;
  generation: number;
  /** Places whose last pod failed and was deleted since the spec was last edited. */
  readonly failed: Set<string>;
  /** Failed pods that got a successor. */
  replaced: number;
}

const ROLE = 'training.kubeflow.org/replica-type';
const INDEX = 'training.kubeflow.org/replica-index';
const PODS = '/pods';

const statusOf = (object: KubeObject): Status => (object.status ?? {}) as Status;
const isLive = (pod: KubeObject): boolean => pod.metadata.deletionTimestamp === undefined && !hasEnded(pod);

/** Checks every change of a cluster as it happens. */
export class Invariants {
  readonly #jobs = new Map<string, JobRecord>();
  readonly #places = new Map<string, string>();
  readonly #attempts = new Attempts();
  readonly #isJob: (table: string) => boolean;

  /** @param isJob - whether a table holds jobs */
  constructor(isJob: (table: string) => boolean) {
    this.#isJob = isJob;
  }

  /**
   * Throws {@link InvariantViolation}.
   * @param trusted - whether the writer holds the lease, as far as it can know: a process that was frozen writes on for
   * a moment, and only what the cluster settles to can be asked of it
   */
  check(change: Change, trusted: boolean): void {
    if (this.#isJob(change.table)) this.#checkJob(change);
    if (change.table === PODS) this.#checkPod(change, trusted);
  }

  #checkJob({ type, key, object }: Change): void {
    const { uid = '' } = object.metadata;
    if (type === 'DELETED') {
      this.#jobs.delete(uid);
      this.#attempts.forget(uid);
      return;
    }
    const { runPolicy } = object.spec as { readonly runPolicy?: RunPolicy };
    this.#attempts.jobChanged(key, uid, runPolicy, statusOf(object).attempt);
    const backoffLimit = runPolicy?.backoffLimit;
    const record: JobRecord = this.#jobs.get(uid) ?? {
      key,
      restarts: 0,
      whole: runPolicy?.restartScope === 'Job',
      replaced: 0,
      generation: 0,
      failed: new Set(),
      ...(backoffLimit !== undefined && { backoffLimit }),
    };
    this.#jobs.set(uid, record);
    // A job that is suspended or made smaller gives pods up, failed ones too, at no cost.
    const { generation = 0 } = object.metadata;
    if (generation !== record.generation) record.failed.clear();
    record.generation = generation;
    const { conditions = [], completionTime, replicaStatuses = {} } = statusOf(object);
    const ends = conditions.filter((each) => each.status === 'True' && (ENDS as readonly string[]).includes(each.type));
    const owner = controllerOf(object);
    if (owner && ends[0]?.type === 'Failed') this.#attempts.childFailed(owner.uid, object);
    if (ends.length > 1) throw new InvariantViolation(`${key} is said to have both succeeded and failed`);
    const end = ends[0]?.type as JobRecord['end'];
    if (record.end && end !== record.end)
      throw new InvariantViolation(`${key} had ${record.end}, and now has ${end ?? 'not ended'}`);
    if (end) record.end = end;
    if (record.completionTime && completionTime !== record.completionTime) {
      throw new InvariantViolation(
        `the completion time of ${key} changed from ${record.completionTime} to ${completionTime}`,
      );
    }
    if (completionTime) record.completionTime = completionTime;
    // Kubernetes' own kinds tell it of successes only, and JobSets never.
    if (end && runPolicy && !completionTime)
      throw new InvariantViolation(`${key} has ${end} without a completion time`);
    if (end && conditions.some((each) => each.type === 'Running' && each.status === 'True')) {
      throw new InvariantViolation(`${key} has ${end} and is said to run`);
    }
    const restarts = Object.values(replicaStatuses).reduce((sum, replica) => sum + (replica.restarts ?? 0), 0);
    if (restarts < record.restarts)
      throw new InvariantViolation(`the restarts of ${key} went from ${record.restarts} back to ${restarts}`);
    record.restarts = restarts;
  }

  #checkPod({ type, key, object, previous }: Change, trusted: boolean): void {
    const owner = controllerOf(object);
    this.#attempts.podChanged(key, owner?.uid ?? '', type, object, trusted);
    const job = owner && this.#jobs.get(owner.uid);
    const { uid = '' } = object.metadata;
    const part = partOf(object, owner?.kind);
    const place = `${owner?.uid} ${part}`;
    const holder = this.#places.get(place);
    if (type !== 'DELETED' && isLive(object)) {
      if (holder !== undefined && holder !== uid)
        throw new InvariantViolation(`two live pods of ${owner?.kind} ${owner?.name} are ${part}`);
      this.#places.set(place, uid);
    } else if (holder === uid) this.#places.delete(place);
    if (type === 'ADDED' && job) {
      if (job.end && trusted) throw new InvariantViolation(`pod ${key} was made after ${job.key} had ${job.end}`);
      if (job.failed.delete(place)) this.#countReplaced(job, trusted);
    }
    if (type !== 'DELETED' || !job || !previous) return;
    if (phaseOf(previous) === 'Failed' && !isDisrupted(previous)) job.failed.add(place);
  }

  /** A failed pod has a successor: that was a restart, and has been counted before. */
  #countReplaced(job: JobRecord, trusted: boolean): void {
    job.replaced++;
    if (!trusted || job.whole || job.backoffLimit === undefined || job.replaced <= job.backoffLimit) return;
    throw new InvariantViolation(
      `${job.key} replaced ${job.replaced} failed pods, and its backoffLimit is ${job.backoffLimit}`,
    );
  }
}

/** What a pod is of its job: its role and index; of a Job without indexes, only itself. */
function partOf({ metadata: { labels = {}, uid } }: KubeObject, owner: string | undefined): string {
  if (owner !== JOB.kind) return `${labels[ROLE]} ${labels[INDEX]}`;
  return `index ${labels[COMPLETION_INDEX_ANNOTATION] ?? uid}`;
}

function isDisrupted(pod: KubeObject): boolean {
  return (statusOf(pod).conditions ?? []).some(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
}
