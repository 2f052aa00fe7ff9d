import type { JobSet, ReplicatedJob } from '../../../src/api/jobset.ts';
import type { KubeObject } from '../../../src/api/kube.ts';
import type { Container } from '../../../src/api/pod-template.ts';
import type { TrainJob, TrainJobSpec, TrainJobStatus } from '../../../src/api/train-job.ts';
import type { MlPolicy, TrainingRuntime, TrainingRuntimeSpec } from '../../../src/api/training-runtime.ts';
import type { Plan } from '../../../src/runtime/domain.ts';
import type { TrainingOptions } from '../../../src/training/options.ts';
import { jobsOf, podSpecOf } from '../../../src/training/trainer/layout.ts';
import { CLUSTER_RUNTIMES, planTrainJob } from '../../../src/training/trainer/plan.ts';
import { layOut } from '../../../src/training/trainer/render.ts';

/** TrainJobs, their runtimes and what plans make of them, in memory. */

export const START = Date.parse('2026-01-01T00:00:00Z');

export const trainJob = (spec: Partial<TrainJobSpec> = {}): TrainJob => ({
  apiVersion: 'trainer.kubeflow.org/v1alpha1',
  kind: 'TrainJob',
  metadata: { name: 'j', namespace: 'ns', uid: 'job-uid', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { runtimeRef: { name: 'runtime' }, ...spec },
});

/** A replicated job of one container; `step` marks it as a step of a TrainJob. */
export const job = (name: string, step?: string, container: Partial<Container> = {}): ReplicatedJob => ({
  name,
  template: {
    ...(step && { metadata: { labels: { 'trainer.kubeflow.org/trainjob-ancestor-step': step } } }),
    spec: {
      template: {
        spec: { containers: [{ name: step && step !== 'trainer' ? step : 'node', image: 'train:1', ...container }] },
      },
    },
  },
});

export const runtimeSpec = (
  mlPolicy?: MlPolicy,
  jobs: readonly ReplicatedJob[] = [job('node', 'trainer')],
): TrainingRuntimeSpec => ({
  ...(mlPolicy && { mlPolicy }),
  template: { spec: { replicatedJobs: [...jobs] } },
});

export const clusterRuntime = (spec: TrainingRuntimeSpec): TrainingRuntime => ({
  apiVersion: 'trainer.kubeflow.org/v1alpha1',
  kind: 'ClusterTrainingRuntime',
  metadata: { name: 'runtime', uid: 'runtime-uid', resourceVersion: '7' },
  spec,
});

/** The container that trains, as a TrainJob on this runtime gets it. */
export function trained(spec: Partial<TrainJobSpec>, runtime: TrainingRuntimeSpec, jobName = 'node'): Container {
  const found = jobsOf(layOut(trainJob(spec), runtime)).find(({ name }) => name === jobName);
  const container = found && podSpecOf(found).containers.find(({ name }) => name === 'node');
  if (!container) throw new Error(`there is no container node in ${jobName}`);
  return container;
}

/** Variables by name; those from fields as their path. */
export const envOf = ({ env = [] }: Container): Readonly<Record<string, string>> =>
  Object.fromEntries(
    env.map(({ name, value, valueFrom }) => [
      name,
      value ?? `<${(valueFrom as { fieldRef: { fieldPath: string } }).fieldRef.fieldPath}>`,
    ]),
  );

export const INDEX = "<metadata.annotations['batch.kubernetes.io/job-completion-index']>";

/** Applies plans as the runtime would, and plays the JobSet controller. */
export class TrainerWorld {
  object: TrainJob;
  runtime: TrainingRuntime | undefined;
  children: KubeObject[] = [];
  now = START;
  readonly events: string[] = [];
  private uids = 0;
  private readonly options: TrainingOptions;

  constructor(
    spec: Partial<TrainJobSpec> = {},
    runtime: TrainingRuntimeSpec | undefined = runtimeSpec({ torch: {} }),
    options: TrainingOptions = {},
  ) {
    this.options = options;
    this.object = trainJob(spec);
    this.runtime = runtime && clusterRuntime(runtime);
  }

  plan(): Plan {
    const found = this.runtime ? [this.runtime] : [];
    const lookups = { runtimes: [], [CLUSTER_RUNTIMES]: found };
    return planTrainJob({ object: this.object, children: this.children, lookups }, this.now, this.options);
  }

  step(): Plan {
    const plan = this.plan();
    for (const wanted of plan.children) this.put(wanted);
    for (const { object } of plan.remove ?? []) this.children = this.children.filter((child) => child !== object);
    if (plan.status) this.object = { ...this.object, status: plan.status as TrainJobStatus };
    this.events.push(...(plan.events ?? []).map(({ type, reason }) => `${type} ${reason}`));
    return plan;
  }

  settle(): void {
    for (let i = 0; i < 10; i++) {
      const before = JSON.stringify([this.children, this.object]);
      this.step();
      if (JSON.stringify([this.children, this.object]) === before) return;
    }
    throw new Error('plans do not converge');
  }

  private put(wanted: KubeObject): void {
    const index = this.children.findIndex(
      ({ kind, metadata }) => kind === wanted.kind && metadata.name === wanted.metadata.name,
    );
    const present = this.children[index];
    if (!present) {
      this.uids += 1;
      this.children.push({ ...wanted, metadata: { ...wanted.metadata, uid: `uid-${this.uids}` } });
    } else this.children[index] = { ...present, ...wanted, metadata: { ...present.metadata, ...wanted.metadata } };
  }

  get jobSet(): JobSet | undefined {
    return this.children.find(({ kind }) => kind === 'JobSet') as JobSet | undefined;
  }

  child(kind: string): KubeObject | undefined {
    return this.children.find((candidate) => candidate.kind === kind);
  }

  edit(spec: Partial<TrainJobSpec>): void {
    this.object = { ...this.object, spec: { ...this.object.spec, ...spec } };
  }

  /** What the JobSet controller says. */
  report(status: JobSet['status']): void {
    this.children = this.children.map((child) => (child.kind === 'JobSet' ? { ...child, status } : child));
  }

  loseJobSet(): void {
    this.children = this.children.filter(({ kind }) => kind !== 'JobSet');
  }

  after(seconds: number): void {
    this.now += seconds * 1000;
  }

  /** `Type=Status/Reason` of every condition. */
  get conditions(): string[] {
    return (this.object.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status}/${reason}`);
  }
}
