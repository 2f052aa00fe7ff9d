import { CLUSTER_TRAINING_RUNTIME, CONFIG_MAP, JOB_SET, TRAIN_JOB, TRAINING_RUNTIME } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import { SHIPPED_RUNTIMES } from '../../src/api/shipped-runtimes.ts';
import type { Api, Loose } from './api.ts';
import { eventually } from './eventually.ts';
import { ObjectUnderTest } from './object-under-test.ts';

/** A runtime that comes along, as it is installed. */
export function installedRuntime(name: string): KubeObject {
  const runtime = SHIPPED_RUNTIMES.find(({ metadata }) => metadata.name === name);
  if (!runtime) throw new Error(`no runtime ${name} comes along`);
  return runtime;
}

/** A runtime of one job of one container; `template` adds to the JobSet's spec. */
export const runtimeOf = (
  name: string,
  { mlPolicy = { torch: {} }, ...template }: { readonly mlPolicy?: object; readonly [field: string]: unknown } = {},
  namespace?: string,
): KubeObject => ({
  apiVersion: 'trainer.kubeflow.org/v1alpha1',
  kind: namespace ? TRAINING_RUNTIME.kind : CLUSTER_TRAINING_RUNTIME.kind,
  metadata: { name, ...(namespace && { namespace }), labels: { 'trainer.kubeflow.org/framework': 'torch' } },
  spec: {
    mlPolicy,
    template: {
      spec: {
        replicatedJobs: [
          {
            name: 'node',
            template: {
              metadata: { labels: { 'trainer.kubeflow.org/trainjob-ancestor-step': 'trainer' } },
              spec: { template: { spec: { containers: [{ name: 'node', image: 'train:1' }] } } },
            },
          },
        ],
        ...template,
      },
    },
  },
});

/** A runtime that comes along, as it is but for its pods: they go to fake nodes, which have no GPUs. */
export function shippedRuntime(
  name: string,
  annotations: Readonly<Record<string, string>>,
  namespace?: string,
): KubeObject & Loose {
  const runtime = structuredClone(installedRuntime(name)) as KubeObject & Loose;
  for (const job of runtime.spec.template.spec.replicatedJobs) {
    const { template } = job.template.spec;
    template.metadata = { annotations };
    template.spec.tolerations = [{ operator: 'Exists' }];
    for (const container of template.spec.containers) delete container.resources;
  }
  return {
    ...runtime,
    ...(namespace && { kind: TRAINING_RUNTIME.kind, metadata: { ...runtime.metadata, namespace } }),
  };
}

export const trainJobOf = (namespace: string, name: string, spec: object): KubeObject => ({
  apiVersion: 'trainer.kubeflow.org/v1alpha1',
  kind: 'TrainJob',
  metadata: { namespace, name },
  spec,
});

/** A TrainJob on a live cluster, and what was made for it. */
export class TrainJobUnderTest extends ObjectUnderTest {
  static async create(api: Api, job: KubeObject): Promise<TrainJobUnderTest> {
    const { namespace = 'default', name = '' } = job.metadata;
    await api.create(TRAIN_JOB, job);
    return new TrainJobUnderTest(api, namespace, name, TRAIN_JOB);
  }

  findJobSet(): Promise<Loose | undefined> {
    return this.api.get(JOB_SET, this.namespace, this.name);
  }

  /** The JobSet, once it is as asked. */
  jobSet(test: (jobSet: Loose) => boolean = () => true): Promise<Loose> {
    return eventually(`JobSet ${this.name}`, async () => {
      const jobSet = await this.findJobSet();
      return jobSet && test(jobSet) ? jobSet : undefined;
    });
  }

  snapshot(): Promise<Loose & { readonly data?: Record<string, string> }> {
    return eventually('the snapshot', () => this.api.get(CONFIG_MAP, this.namespace, `${this.name}-runtime-snapshot`));
  }

  /** Plays the JobSet controller, for JobSets that are managed elsewhere. */
  async report(status: object): Promise<void> {
    await this.api.patch(JOB_SET, this.namespace, this.name, { status }, 'status');
  }
}
