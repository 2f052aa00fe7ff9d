import { JOB_TRACKING_FINALIZER, type Job, type JobStatus } from '../../../api/batch.ts';
import { JOB, POD } from '../../../api/kinds.ts';
import type { KubeObject } from '../../../api/kube.ts';
import { ApiError, isNotFound } from '../../../runtime/client.ts';
import type { ApiServer } from '../../api-server.ts';
import type { JobEvents } from './events.ts';
import { isReady, isTracked, type JobPod } from './pods.ts';
import { ownerReference } from './template.ts';

const MANAGER = { fieldManager: 'kube-controller-manager' } as const;
const NAMESPACE_ENDS = 'NamespaceTerminating';

/** What came of the deletion of some pods. */
export interface Removed {
  readonly count: number;
  readonly ready: number;
  readonly error?: ApiError;
}

/** Everything that the Job controller writes. */
export class JobWrites {
  readonly #server: ApiServer;
  readonly #events: JobEvents;

  constructor(server: ApiServer, events: JobEvents) {
    this.#server = server;
    this.#events = events;
  }

  /** Undefined once made; why it was refused otherwise. A namespace that ends is no reason to try again. */
  createPod(job: Job, pod: KubeObject): ApiError | undefined {
    return refusal(
      () => {
        const { name } = this.#server.create(POD, pod.metadata.namespace, pod, MANAGER).metadata;
        this.#events.record(job, 'Normal', 'SuccessfulCreate', `Created pod: ${name}`);
      },
      (error) => {
        if (error.causes?.includes(NAMESPACE_ENDS)) return undefined;
        this.#events.record(job, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
        return error;
      },
    );
  }

  /** Deletes pods that are still to be counted: their finalizer stays. */
  deletePods(job: Job, pods: readonly JobPod[]): Removed {
    return removed(pods, (pod) => this.#delete(job, pod));
  }

  /** Deletes pods that do not count. */
  dropPods(job: Job, pods: readonly JobPod[]): Removed {
    return removed(pods, (pod) => this.untrack(pod) ?? this.#delete(job, pod));
  }

  #delete(job: Job, { metadata }: JobPod): ApiError | undefined {
    const { namespace, name } = metadata;
    return refusal(
      () => {
        this.#server.delete(POD, { namespace, name });
        this.#events.record(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
      },
      (error) => {
        if (isNotFound(error)) return undefined;
        this.#events.record(job, 'Warning', 'FailedDelete', `Error deleting: ${error.message}`);
        return error;
      },
    );
  }

  /** Takes the finalizer away, so that the pod may go. */
  untrack(pod: JobPod): ApiError | undefined {
    if (!isTracked(pod)) return undefined;
    return this.#amend(pod, (metadata) => ({ ...metadata, finalizers: others(metadata.finalizers) }));
  }

  /** Makes a pod that belongs to nobody this Job's own. */
  adopt(job: Job, pod: JobPod): ApiError | undefined {
    const owner = ownerReference(job);
    return this.#amend(pod, (metadata) => ({
      ...metadata,
      ownerReferences: [...(metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.uid), owner],
      finalizers: [...others(metadata.finalizers), JOB_TRACKING_FINALIZER],
    }));
  }

  /** Lets a pod go that the Job does not select any more. */
  release({ metadata: { uid } }: Job, pod: JobPod): ApiError | undefined {
    return this.#amend(pod, (metadata) => ({
      ...metadata,
      ownerReferences: (metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid),
      finalizers: others(metadata.finalizers),
    }));
  }

  #amend(pod: JobPod, change: (metadata: KubeObject['metadata']) => KubeObject['metadata']): ApiError | undefined {
    const { namespace, name, uid } = pod.metadata;
    return refusal(
      () => {
        const current = this.#server.get(POD, { namespace, name });
        if (current.metadata.uid !== uid) return;
        const next = { ...current, metadata: change(current.metadata) };
        this.#server.replaceDecoded(POD, { namespace, name }, next, MANAGER);
      },
      (error) => (isNotFound(error) ? undefined : error),
    );
  }

  /** @throws ApiError when it is refused */
  updateStatus(job: Job, status: JobStatus): Job {
    const { namespace, name = '' } = job.metadata;
    const ref = { name, ...(namespace && { namespace }) };
    const next = { ...job, status } as unknown as KubeObject;
    return this.#server.replace(JOB, ref, next, { ...MANAGER, subresource: 'status' }) as Job;
  }
}

const others = (finalizers: readonly string[] = []): readonly string[] =>
  finalizers.filter((finalizer) => finalizer !== JOB_TRACKING_FINALIZER);

function refusal(send: () => void, refused: (error: ApiError) => ApiError | undefined): ApiError | undefined {
  try {
    send();
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return refused(error);
  }
}

function removed(pods: readonly JobPod[], remove: (pod: JobPod) => ApiError | undefined): Removed {
  const errors = pods.flatMap((pod) => remove(pod) ?? []);
  const [error] = errors;
  return { count: pods.length - errors.length, ready: pods.filter(isReady).length, ...(error && { error }) };
}
