import type { KubeObject } from '../../api/kube.ts';
import { QUEUE_NAME_LABEL, QUEUE_PRIORITY_CLASS_LABEL } from '../../api/labels.ts';
import { defaultPodSpec } from '../builtin/pod-defaults.ts';
import { type Assignment, QuotaQueue, type Workload } from './cluster-queues.ts';
import { createdAt } from './job-objects.ts';
import type { JobRun } from './job-run.ts';
import type { PodIntake } from './pod-intake.ts';
import type { Queues } from './scenario.ts';

export interface JobQueueEvents {
  /** The job may run. */
  resumed(job: JobRun): void;
  /** The job must stop. */
  stopped(job: JobRun): void;
  evicted(victims: readonly JobRun[], by: JobRun): void;
}

interface Queued {
  readonly job: JobRun;
  readonly queue: QuotaQueue;
  readonly workload: Workload;
  /** It has to give its quota back, once its pods are gone. */
  evicted: boolean;
  waits: boolean;
}

/** Holds jobs back that name a queue, as Kueue does: by suspending them until their queue admits them. */
export class JobQueues {
  readonly #definitions: Queues;
  readonly #intake: PodIntake;
  readonly #events: JobQueueEvents;
  readonly #queues = new Map<string, QuotaQueue>();
  /** By the job's key. */
  readonly #queued = new Map<string, Queued>();

  constructor(definitions: Queues, intake: PodIntake, events: JobQueueEvents) {
    this.#definitions = definitions;
    this.#intake = intake;
    this.#events = events;
    for (const queue of definitions.clusterQueues) {
      const own = {
        admitted: (workload: Workload, assignment: Assignment) => this.#admitted(workload, assignment),
        evicted: (victims: readonly Workload[], by: Workload) => this.#evicted(victims, by),
      };
      this.#queues.set(queue.name, new QuotaQueue(queue, own));
    }
  }

  /** A job that names a queue waits in it, or says why it cannot. */
  arrive(job: JobRun): void {
    const local = job.object.metadata.labels?.[QUEUE_NAME_LABEL];
    if (local === undefined) return;
    job.object = job.arrival.type.withSuspension(job.object, true);
    const name = this.#definitions.localQueues.get(`${job.namespace}/${local}`);
    const definition = this.#definitions.clusterQueues.find((queue) => queue.name === name);
    const queue = this.#queues.get(name ?? '');
    if (name === undefined) job.reason = `LocalQueue ${job.namespace}/${local} doesn't exist`;
    else if (!definition || !queue) job.reason = `ClusterQueue ${name} doesn't exist`;
    else if (!definition.admits(job.namespace)) {
      job.reason = `the namespaceSelector of ClusterQueue ${name} doesn't match namespace ${job.namespace}`;
    } else this.#enqueue(job, name, queue);
  }

  round(): void {
    for (const queue of this.#queues.values()) queue.round();
  }

  /** An evicted job waits again once its last pod is gone. */
  requeue(job: JobRun): void {
    const queued = this.#queued.get(job.key);
    if (!queued?.evicted || job.pods.size > 0) return;
    queued.evicted = false;
    queued.waits = true;
    queued.queue.release(queued.workload);
    queued.queue.add(queued.workload);
  }

  /** The job needs no quota any more. */
  over(job: JobRun): void {
    const queued = this.#queued.get(job.key);
    queued?.queue.release(queued.workload);
    this.#queued.delete(job.key);
  }

  /** Why its queue holds a job back, if it does. */
  reasonFor(job: JobRun): string | undefined {
    const queued = this.#queued.get(job.key);
    return queued?.waits ? queued.queue.reasonFor(queued.workload) : undefined;
  }

  #enqueue(job: JobRun, queueName: string, queue: QuotaQueue): void {
    const { type } = job.arrival;
    const wanted = job.object.metadata.labels?.[QUEUE_PRIORITY_CLASS_LABEL];
    const name = wanted ?? type.priorityClassOf(job.object);
    const priority = wanted ? this.#definitions.priorities.get(wanted) : this.#intake.priorityOf(name);
    if (priority === undefined) {
      job.reason = `${wanted ? 'WorkloadPriorityClass' : 'PriorityClass'} ${name} doesn't exist`;
      return;
    }
    const podSets = type.podSets(job.object).map((set) => ({ ...set, spec: defaultPodSpec(set.spec) }));
    const workload = { id: job.key, podSets, priority, order: job.index };
    job.queue = queueName;
    this.#queued.set(job.key, { job, queue, workload, evicted: false, waits: true });
    queue.add(workload);
  }

  #admitted({ id }: Workload, assignment: Assignment): void {
    const queued = this.#queued.get(id) as Queued;
    const { job } = queued;
    queued.waits = false;
    const { arrival, index } = job;
    let object: KubeObject = { ...createdAt(arrival.job, index, arrival.at), status: job.object.status };
    for (const [podSet, flavors] of assignment) {
      for (const { nodeLabels, tolerations } of flavors) {
        object = arrival.type.withPlacement(object, podSet, { nodeLabels, tolerations });
      }
    }
    job.object = arrival.type.withSuspension(object, false);
    this.#events.resumed(job);
  }

  #evicted(victims: readonly Workload[], by: Workload): void {
    const queued = victims.map(({ id }) => this.#queued.get(id) as Queued);
    this.#events.evicted(
      queued.map(({ job }) => job),
      (this.#queued.get(by.id) as Queued).job,
    );
    for (const each of queued) {
      const { job } = each;
      each.evicted = true;
      job.preempted++;
      job.object = job.arrival.type.withSuspension(job.object, true);
      this.#events.stopped(job);
    }
  }
}
