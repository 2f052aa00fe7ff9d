import { isJobFinished, JOB_CONTROLLER_NAME, type Job } from '../../../api/batch.ts';
import { JOB, POD } from '../../../api/kinds.ts';
import { controllerOf, keyOf } from '../../../api/kube.ts';
import { ApiError } from '../../../runtime/client.ts';
import type { Environment } from '../../../runtime/environment.ts';
import { deepEqual } from '../../../runtime/json.ts';
import type { ApiServer } from '../../api-server.ts';
import { selects } from '../../builtin/job/label-match.ts';
import { resourceId } from '../../resource.ts';
import type { Change } from '../../store.ts';
import type { EmbeddedController } from '../controller.ts';
import { DueKeys } from '../due-keys.ts';
import { type BackoffRecord, NO_FAILURES } from './backoff.ts';
import { claimPods } from './claim.ts';
import { JobEvents } from './events.ts';
import { PodIndex } from './pod-index.ts';
import { isTracked, type JobPod } from './pods.ts';
import { syncJob } from './sync.ts';
import { JobWrites } from './writes.ts';

const JOBS = resourceId(JOB);
const PODS = resourceId(POD);
/** Changes of pods and of the status are looked at together. */
const BATCH_MS = 1000;
/** After what was refused: doubled each time. */
const RETRY_MS = 1000;
const MOST_RETRY_MS = 60_000;

/** Runs Jobs: as many pods as they ask for, until enough of them succeeded or too many failed. */
export const jobController: EmbeddedController = (server, environment) => {
  const controller = new JobController(server, environment);
  return () => controller.stop();
};

class JobController {
  readonly #server: ApiServer;
  readonly #environment: Environment;
  readonly #pods = new PodIndex();
  readonly #events: JobEvents;
  readonly #writes: JobWrites;
  readonly #jobs: DueKeys;
  readonly #orphans: DueKeys;
  readonly #backoffs = new Map<string, BackoffRecord>();
  readonly #failures = new Map<string, number>();
  readonly #unsubscribe: readonly (() => void)[];

  constructor(server: ApiServer, environment: Environment) {
    this.#server = server;
    this.#environment = environment;
    this.#events = new JobEvents(server, environment);
    this.#writes = new JobWrites(server, this.#events);
    this.#jobs = new DueKeys(environment, (key) => this.#look(key));
    this.#orphans = new DueKeys(environment, (key) => this.#freeOrphan(key));
    for (const pod of server.store.list(PODS) as readonly JobPod[]) {
      this.#pods.note(pod, undefined);
      if (isTracked(pod)) this.#orphans.soon(keyOf(pod.metadata));
    }
    for (const job of server.store.list(JOBS)) this.#jobs.soon(keyOf(job.metadata));
    this.#unsubscribe = [
      server.store.subscribe(PODS, (change) => this.#onPod(change)),
      server.store.subscribe(JOBS, (change) => this.#onJob(change)),
    ];
  }

  stop(): void {
    for (const each of this.#unsubscribe) each();
    this.#jobs.stop();
    this.#orphans.stop();
  }

  #onJob({ type, key, object, previous }: Change): void {
    const job = object as Job;
    if (type === 'DELETED') {
      this.#backoffs.delete(key);
      this.#failures.delete(key);
      this.#events.forget(job.metadata.uid ?? '');
      this.#freeOrphans(job);
      return;
    }
    if (type === 'MODIFIED' && isJobFinished(job)) {
      this.#freeOrphans(job);
      return;
    }
    if (type === 'MODIFIED' && job.metadata.generation === previous?.metadata.generation) {
      this.#jobs.after(key, BATCH_MS);
    } else this.#jobs.soon(key);
  }

  #onPod({ type, object, previous }: Change): void {
    const pod = object as JobPod;
    const before = previous as JobPod | undefined;
    this.#pods.note(type === 'DELETED' ? undefined : pod, before);
    const [owner, earlier] = [controllerOf(pod), before && controllerOf(before)];
    const job = this.#jobOf(pod);
    if (earlier && earlier.uid !== owner?.uid) this.#wake(before && this.#jobOf(before));
    if (owner) {
      this.#wake(job);
      const over = !job || isJobFinished(job);
      if (pod.metadata.deletionTimestamp && over && isTracked(pod)) this.#orphans.soon(keyOf(pod.metadata));
      return;
    }
    if (type === 'DELETED') return;
    if (isTracked(pod)) this.#orphans.soon(keyOf(pod.metadata));
    const same = before && !earlier && deepEqual(before.metadata.labels, pod.metadata.labels);
    if (!same) for (const each of this.#jobsFor(pod)) this.#wake(each);
  }

  #wake(job: Job | undefined): void {
    if (job) this.#jobs.after(keyOf(job.metadata), BATCH_MS);
  }

  #jobOf(pod: JobPod): Job | undefined {
    const owner = controllerOf(pod);
    if (owner?.kind !== JOB.kind) return undefined;
    const job = this.#server.store.get(JOBS, `${pod.metadata.namespace}/${owner.name}`);
    return job?.metadata.uid === owner.uid ? (job as Job) : undefined;
  }

  /** Jobs that would adopt a pod. */
  #jobsFor({ metadata }: JobPod): readonly Job[] {
    const jobs = this.#server.store.list(JOBS) as readonly Job[];
    return jobs.filter(
      (job) =>
        job.metadata.namespace === metadata.namespace && selects(job.spec.selector, metadata.labels ?? {}) === true,
    );
  }

  #look(key: string): void {
    const job = this.#server.store.get(JOBS, key) as Job | undefined;
    if (!job || isElsewhere(job)) return;
    if (isJobFinished(job)) {
      this.#backoffs.delete(key);
      return;
    }
    const again = this.#sync(key, job);
    if (again !== undefined) this.#jobs.after(key, again);
  }

  /** Milliseconds until the Job is to be looked at again. */
  #sync(key: string, job: Job): number | undefined {
    try {
      const { againMs, error } = syncJob({
        job,
        pods: claimPods(job, this.#pods, this.#writes),
        backoff: this.#backoffs.get(key) ?? NO_FAILURES,
        writes: this.#writes,
        events: this.#events,
        now: this.#environment.now(),
        onBackoff: (record) => this.#backoffs.set(key, record),
      });
      if (error) return this.#retryMs(key);
      this.#failures.delete(key);
      return Number.isFinite(againMs) ? againMs : undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return this.#retryMs(key);
    }
  }

  #retryMs(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.min(RETRY_MS * 2 ** Math.min(failures, 16), MOST_RETRY_MS);
  }

  /** Nobody counts the pods of a Job that is over or gone. */
  #freeOrphans({ metadata, spec }: Job): void {
    const { uid = '', namespace = '' } = metadata;
    for (const pod of [...this.#pods.controlledBy(uid), ...this.#pods.withoutController(namespace)]) {
      const selected = selects(spec.selector, pod.metadata.labels ?? {}) === true;
      if (isTracked(pod) && selected) this.#orphans.soon(keyOf(pod.metadata));
    }
  }

  #freeOrphan(key: string): void {
    const pod = this.#server.store.get(PODS, key) as JobPod | undefined;
    if (!pod) return;
    const owner = controllerOf(pod);
    if (owner && owner.kind !== JOB.kind) return;
    const job = this.#jobOf(pod);
    if (job && (isElsewhere(job) || !isJobFinished(job))) return;
    if (this.#writes.untrack(pod)) this.#orphans.after(key, RETRY_MS);
  }
}

/** Another controller looks after it. */
const isElsewhere = ({ spec }: Job): boolean => spec.managedBy !== undefined && spec.managedBy !== JOB_CONTROLLER_NAME;
