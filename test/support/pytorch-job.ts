import { DEFINITIONS } from '../../src/api/index.ts';
import { POD, PYTORCH_JOB } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import type { Api, Loose } from './api.ts';
import { eventually, type Patience } from './eventually.ts';
import { containersIn, endPod } from './job-pods.ts';
import { ObjectUnderTest } from './object-under-test.ts';

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
  return jobOf('PyTorchJob', { namespace, name }, shape, {
    pytorchReplicaSpecs: {
      ...(master > 0 && { Master: replicaOf('pytorch', master, shape) }),
      ...(worker > 0 && { Worker: replicaOf('pytorch', worker, shape) }),
    },
  });
}

/** A JAXJob whose pods fake nodes accept; it has no Master. */
export function jaxJob(namespace: string, name: string, shape: Omit<JobShape, 'master'> = {}): KubeObject {
  return jobOf('JAXJob', { namespace, name }, shape, {
    jaxReplicaSpecs: { Worker: replicaOf('jax', shape.worker ?? 2, shape) },
  });
}

/** Where the other kinds keep their replicas, and the name of the container that trains. */
const OTHER_KINDS = {
  TFJob: ['tfReplicaSpecs', 'tensorflow'],
  XGBoostJob: ['xgbReplicaSpecs', 'xgboost'],
  PaddleJob: ['paddleReplicaSpecs', 'paddle'],
} as const;

/** A job of another kind whose pods fake nodes accept, with so many pods of each replica type. */
export function jobWith(
  kind: keyof typeof OTHER_KINDS,
  place: { readonly namespace: string; readonly name: string },
  counts: Readonly<Record<string, number>>,
  shape: Omit<JobShape, 'master' | 'worker'> = {},
): KubeObject {
  const [field, container] = OTHER_KINDS[kind];
  const replicas = Object.entries(counts).map(([type, count]) => [type, replicaOf(container, count, shape)]);
  return jobOf(kind, place, shape, { [field]: Object.fromEntries(replicas) });
}

function jobOf(kind: string, place: KubeObject['metadata'], shape: JobShape, replicaSpecs: object): KubeObject {
  return {
    apiVersion: 'kubeflow.org/v1',
    kind,
    metadata: { ...place, ...(shape.labels && { labels: shape.labels }) },
    spec: { ...(shape.runPolicy && { runPolicy: shape.runPolicy }), ...replicaSpecs, ...shape.spec },
  };
}

const replicaOf = (container: string, replicas: number, shape: JobShape) => ({
  replicas,
  ...(shape.restartPolicy && { restartPolicy: shape.restartPolicy }),
  template: {
    metadata: { labels: shape.podLabels ?? {}, annotations: shape.podAnnotations ?? {} },
    spec: {
      tolerations: [{ operator: 'Exists' }],
      ...shape.pod,
      containers: [{ name: container, image: 'example.org/train:1', ...shape.container }],
    },
  },
});

/** A training job with its pods. */
export class JobUnderTest extends ObjectUnderTest {
  constructor(api: Api, namespace: string, name: string, kind = PYTORCH_JOB) {
    super(api, namespace, name, kind);
  }

  /** Creates the job and hands out the handle. */
  static async create(api: Api, job: KubeObject): Promise<JobUnderTest> {
    const known = DEFINITIONS.find((definition) => definition.kind.kind === job.kind)?.kind ?? PYTORCH_JOB;
    const kind = { ...known, version: job.apiVersion.split('/')[1] ?? known.version };
    await api.create(kind, job);
    return new JobUnderTest(api, job.metadata.namespace ?? '', job.metadata.name ?? '', kind);
  }

  suspend(suspend: boolean): Promise<Loose> {
    return this.edit({ runPolicy: { suspend } });
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

  /** Plays the kubelet: the containers of a pod end, with 0 the pod succeeds, else it fails. */
  async exit(pod: string, exitCode: number): Promise<void> {
    await endPod(this.api, await this.pod(pod), exitCode);
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
    const containerStatuses = containersIn(await this.pod(name), state, restartCount);
    await this.api.patch(POD, this.namespace, name, { status: { ...status, containerStatuses } }, 'status');
  }
}

/** The environment of a pod's main container; the last of equal names wins, as in the kubelet. */
export function environmentOf(pod: Loose): Record<string, string> {
  const entries = (pod.spec.containers[0].env ?? []) as { name: string; value?: string }[];
  return Object.fromEntries(entries.map((entry) => [entry.name, entry.value ?? '']));
}
