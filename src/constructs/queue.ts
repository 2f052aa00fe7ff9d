import type { Duration } from 'cdk8s';
import { QUEUE_MAX_SECONDS_LABEL, QUEUE_NAME_LABEL, QUEUE_PRIORITY_CLASS_LABEL } from '../api/index.ts';

/** How a job stands in a queue of Kueue. */
export interface KueueOptions {
  /** A WorkloadPriorityClass: orders the queue, and whom the job may preempt. @default - Kueue's own: 0 */
  readonly priorityClass?: string;
  /** Kueue stops the job when it was admitted for longer. Whole seconds. @default - it may run forever */
  readonly maxExecution?: Duration;
  /**
   * Writes the job suspended, so that no pod starts even where Kueue is not there yet. Without it Kueue's webhook
   * suspends the job as it is created. Applying the same manifest again suspends a running job.
   * @default false
   */
  readonly suspendOnCreate?: boolean;
}

/** How a job stands in a queue of Volcano. */
export interface VolcanoOptions {
  /** A PriorityClass for the whole gang. @default - that of the pods */
  readonly priorityClass?: string;
}

/** What a queue asks of a job. */
export interface QueueEntry {
  readonly labels: Readonly<Record<string, string>>;
  readonly suspend?: boolean;
  /** For the gang scheduler: `runPolicy.schedulingPolicy`. */
  readonly schedulingQueue?: string;
  readonly priorityClass?: string;
}

/** Where a job waits for its turn. */
export class Queue {
  /** Who lets jobs in. */
  readonly system: 'kueue' | 'volcano';
  readonly name: string;
  /** What the queue asks of each job in it. */
  readonly entry: QueueEntry;

  /**
   * A LocalQueue of Kueue, in the job's namespace.
   * @see https://kueue.sigs.k8s.io/docs/tasks/run/kubeflow/
   */
  static kueue(name: string, { priorityClass, maxExecution, suspendOnCreate }: KueueOptions = {}): Queue {
    return new Queue('kueue', name, {
      labels: {
        [QUEUE_NAME_LABEL]: name,
        ...(priorityClass && { [QUEUE_PRIORITY_CLASS_LABEL]: priorityClass }),
        ...(maxExecution && { [QUEUE_MAX_SECONDS_LABEL]: String(maxExecution.toSeconds()) }),
      },
      ...(suspendOnCreate && { suspend: true }),
    });
  }

  /**
   * A queue of Volcano, which must be the platform's gang scheduler.
   * @see https://volcano.sh/en/docs/queue/
   */
  static volcano(name: string, { priorityClass }: VolcanoOptions = {}): Queue {
    return new Queue('volcano', name, { labels: {}, schedulingQueue: name, ...(priorityClass && { priorityClass }) });
  }

  private constructor(system: 'kueue' | 'volcano', name: string, entry: QueueEntry) {
    if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) {
      throw new Error(`'name' of a queue must be lower-case letters, digits, dashes and dots, got '${name}'`);
    }
    this.system = system;
    this.name = name;
    this.entry = entry;
  }
}
