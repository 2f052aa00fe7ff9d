import { JOB, JOB_SET, POD } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import type { Api, Loose } from './api.ts';
import { eventually } from './eventually.ts';
import { endPodsOf, UNTIL_TOLD } from './job-pods.ts';
import { ObjectUnderTest } from './object-under-test.ts';

export const jobSetOf = (namespace: string, name: string, spec: object, metadata: object = {}): KubeObject =>
  ({
    apiVersion: 'jobset.x-k8s.io/v1alpha2',
    kind: 'JobSet',
    metadata: { name, namespace, ...metadata },
    spec,
  }) as KubeObject;

export interface RoleShape {
  /** Fields of the Job's spec. */
  readonly job?: object;
  /** Fields of the pods' spec. */
  readonly pod?: object;
  /** Of the Job. */
  readonly metadata?: object;
  readonly podLabels?: object;
  readonly podAnnotations?: object;
  /** Fields of the replicated job. */
  readonly [field: string]: unknown;
}

/** A replicated job of a JobSet whose pods fake nodes accept, and which is not tried again by itself. */
export function replicatedJob(name: string, shape: RoleShape = {}) {
  const { job = {}, pod = {}, metadata, podLabels, podAnnotations, ...more } = shape;
  const template = {
    metadata: { ...(podLabels && { labels: podLabels }), annotations: { ...UNTIL_TOLD, ...podAnnotations } },
    spec: {
      containers: [{ name: 'main', image: 'a:1' }],
      tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }],
      terminationGracePeriodSeconds: 0,
      ...pod,
    },
  };
  return { name, template: { ...(metadata && { metadata }), spec: { backoffLimit: 0, template, ...job } }, ...more };
}

/** A JobSet on a live cluster, and what a test asks about it. */
export class JobSetUnderTest extends ObjectUnderTest {
  static async create(api: Api, jobSet: KubeObject): Promise<JobSetUnderTest> {
    const { namespace = 'default', name = '' } = jobSet.metadata;
    await api.create(JOB_SET, jobSet);
    return new JobSetUnderTest(api, namespace, name, JOB_SET);
  }

  /** By name. */
  async jobs(): Promise<readonly Loose[]> {
    const found = await this.api.list(JOB, this.namespace, `jobset.sigs.k8s.io/jobset-name=${this.name}`);
    return found.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  }

  pods(): Promise<readonly Loose[]> {
    return this.api.list(POD, this.namespace, `jobset.sigs.k8s.io/jobset-name=${this.name}`);
  }

  async running(count: number): Promise<readonly Loose[]> {
    return eventually(`${count} pods to run`, async () => {
      const found = await this.pods();
      const alive = found.filter(({ metadata, status }) => !metadata.deletionTimestamp && status?.phase === 'Running');
      return alive.length === count && alive;
    });
  }

  /** All pods of one Job end, as if their programs had. */
  exit(job: string, code: number): Promise<void> {
    return endPodsOf(this.api, this.namespace, job, code);
  }

  /** Lets every pod be scheduled that waits for a gate. */
  async openGates(): Promise<void> {
    for (const { metadata, spec } of await this.pods())
      if (spec.schedulingGates)
        await this.api.patch(POD, this.namespace, metadata.name ?? '', { spec: { schedulingGates: null } });
  }
}
