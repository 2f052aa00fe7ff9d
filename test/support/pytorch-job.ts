import { POD, PYTORCH_JOB } from '../../src/api/kinds.ts';
import { conditionOf, type KubeObject } from '../../src/api/kube.ts';
import type { Api, Loose } from './api.ts';
import { eventually, type Patience } from './eventually.ts';

export interface JobShape {
  /** Restart policy of every replica. @default - none is given */
  readonly restartPolicy?: string;
  /** @default 1; 0 for no Master */
  readonly master?: number;
  /** @default 2; 0 for no Worker */
  readonly worker?: number;
  readonly runPolicy?: Record<string, unknown>;
  /** More fields of the spec. */
  readonly spec?: Record<string, unknown>;
  readonly labels?: Record<string, string>;
  readonly podLabels?: Record<string, string>;
  readonly podAnnotations?: Record<string, string>;
  /** Fields of each pod's spec. */
  readonly pod?: Record<string, unknown>;
  /** Fields of the main container. */
  readonly container?: Record<string, unknown>;
}

/** A PyTorchJob whose pods fake nodes accept. */
export function pytorchJob(namespace: string, name: string, shape: JobShape = {}): KubeObject {
  const { master = 1, worker = 2 } = shape;
  const replica = (replicas: number) => ({
    replicas,
    ...(shape.restartPolicy && { restartPolicy: shape.restartPolicy }),
    template: {
      metadata: { labels: shape.podLabels ?? {}, annotations: shape.podAnnotations ?? {} },
      spec: {
        tolerations: [{ operator: 'Exists' }],
        ...shape.pod,
        containers: [{ name: 'pytorch', image: 'example.org/train:1', ...shape.container }],
      },
    },
  });
  return {
    apiVersion: 'kubeflow.org/v1',
    kind: 'PyTorchJob',
    metadata: { name, namespace, ...(shape.labels && { labels: shape.labels }) },
    spec: {
      ...(shape.runPolicy && { runPolicy: shape.runPolicy }),
      pytorchReplicaSpecs: {
        ...(master > 0 && { Master: replica(master) }),
        ...(worker > 0 && { Worker: replica(worker) }),
      },
      ...shape.spec,
    },
  };
}

/** One job in one namespace, as a test handles it. */
export class JobUnderTest {
  readonly api: Api;
  readonly namespace: string;
  readonly name: string;

  constructor(api: Api, namespace: string, name: string) {
    this.api = api;
    this.namespace = namespace;
    this.name = name;
  }

  /** Creates the job and hands out the handle. */
  static async create(api: Api, job: KubeObject): Promise<JobUnderTest> {
    await api.create(PYTORCH_JOB, job);
    return new JobUnderTest(api, job.metadata.namespace ?? '', job.metadata.name ?? '');
  }

  async read(): Promise<Loose> {
    const job = await this.api.get(PYTORCH_JOB, this.namespace, this.name);
    if (!job) throw new Error(`the job ${this.namespace}/${this.name} is gone`);
    return job;
  }

  patch(body: unknown): Promise<Loose> {
    return this.api.patch(PYTORCH_JOB, this.namespace, this.name, body);
  }

  suspend(suspend: boolean): Promise<Loose> {
    return this.patch({ spec: { runPolicy: { suspend } } });
  }

  /** The job's pods that are not being deleted, by name. */
  async pods(): Promise<Loose[]> {
    const pods = await this.api.list(POD, this.namespace, `training.kubeflow.org/job-name=${this.name}`);
    return pods
      .filter((pod) => !pod.metadata.deletionTimestamp)
      .sort((a, b) => String(a.metadata.name).localeCompare(String(b.metadata.name)));
  }

  async podNames(): Promise<string[]> {
    return (await this.pods()).map((pod) => pod.metadata.name ?? '');
  }

  async pod(name: string): Promise<Loose> {
    const pod = await this.api.get(POD, this.namespace, name);
    if (!pod) throw new Error(`the pod ${name} is gone`);
    return pod;
  }

  /** Waits until exactly this many pods run. */
  running(count: number, patience?: Patience): Promise<Loose[]> {
    return eventually(
      `${count} running pods of ${this.name}`,
      async () => {
        const pods = await this.pods();
        return pods.length === count && pods.every((pod) => pod.status.phase === 'Running') && pods;
      },
      patience,
    );
  }

  /** Waits for a condition to have this status. */
  condition(type: string, status = 'True', patience?: Patience): Promise<Loose> {
    return eventually(
      `condition ${type}=${status} of ${this.name}`,
      async () => {
        const job = await this.read();
        return conditionOf(job, type)?.status === status && job;
      },
      patience,
    );
  }

  gone(patience?: Patience): Promise<boolean> {
    return eventually(
      `${this.name} to be gone`,
      async () => (await this.api.get(PYTORCH_JOB, this.namespace, this.name)) === undefined,
      patience,
    );
  }

  /** Plays the kubelet: the containers of a pod end, with 0 the pod succeeds, else it fails. */
  async exit(pod: string, exitCode: number): Promise<void> {
    await this.podStatus(
      pod,
      { phase: exitCode === 0 ? 'Succeeded' : 'Failed' },
      { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } },
    );
  }

  /** Plays the kubelet: the container crashed and was started again this often in the same pod. */
  async restarts(pod: string, restartCount: number): Promise<void> {
    await this.podStatus(pod, { phase: 'Running' }, { running: {} }, restartCount);
  }

  /** Plays the node: the pod is evicted. */
  async evict(pod: string): Promise<void> {
    await this.api.patch(
      POD,
      this.namespace,
      pod,
      {
        status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.', containerStatuses: null },
      },
      'status',
    );
  }

  private async podStatus(name: string, status: object, state: object, restartCount = 0): Promise<void> {
    const pod = await this.pod(name);
    const containerStatuses = pod.spec.containers.map((container: { name: string; image: string }) => ({
      name: container.name,
      image: container.image,
      imageID: '',
      ready: false,
      restartCount,
      state,
    }));
    await this.api.patch(POD, this.namespace, name, { status: { ...status, containerStatuses } }, 'status');
  }
}

/** The environment of a pod's main container; the last of equal names wins, as in the kubelet. */
export function environmentOf(pod: Loose): Record<string, string> {
  const entries = (pod.spec.containers[0].env ?? []) as { name: string; value?: string }[];
  return Object.fromEntries(entries.map((entry) => [entry.name, entry.value ?? '']));
}
