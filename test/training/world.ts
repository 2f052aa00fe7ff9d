import type { JobStatus } from '../../src/api/job.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import type { PyTorchJob, PyTorchJobSpec } from '../../src/api/kubeflow-org.ts';
import type { Plan } from '../../src/runtime/domain.ts';
import { isSubset } from '../../src/runtime/json.ts';
import { resolve } from '../../src/training/defaults.ts';
import type { JobKind } from '../../src/training/job-kind.ts';
import { JOB_KINDS } from '../../src/training/kinds/index.ts';
import type { TrainingOptions } from '../../src/training/options.ts';
import { planJob } from '../../src/training/plan.ts';
import type { Pod } from '../../src/training/pod-state.ts';

/** A job and its children in memory: plans are applied to it, and tests play the kubelet. */

export const START = Date.parse('2026-01-01T00:00:00Z');

/** Where each kind keeps its pods in the spec. */
const REPLICA_SPECS: Readonly<Record<string, string>> = {
  PyTorchJob: 'pytorchReplicaSpecs',
  JAXJob: 'jaxReplicaSpecs',
  MPIJob: 'mpiReplicaSpecs',
  TFJob: 'tfReplicaSpecs',
  XGBoostJob: 'xgbReplicaSpecs',
  PaddleJob: 'paddleReplicaSpecs',
};

const kindNamed = (name: string): JobKind => {
  const kind = JOB_KINDS.find((candidate) => candidate.kind.kind === name);
  if (!kind) throw new Error(`no job kind ${name}`);
  return kind;
};

export interface JobSketch {
  /** @default 'PyTorchJob' */
  readonly kind?: string;
  /** For kinds that have one. @default true */
  readonly master?: boolean;
  readonly workers?: number;
  /** One pod of each further type that may stand beside those. @default false */
  readonly others?: boolean;
  readonly restartPolicy?: string;
  readonly runPolicy?: PyTorchJobSpec['runPolicy'];
  readonly annotations?: Record<string, string>;
  readonly spec?: Partial<PyTorchJobSpec>;
}

/** Typed as the kind that most tests are about; the others have the same shape but for the name of one field. */
export function jobOf(sketch: JobSketch = {}): PyTorchJob {
  const { kind = 'PyTorchJob', master = true, workers = 2, restartPolicy } = sketch;
  const { mainContainer, replicaTypes } = kindNamed(kind);
  const others = sketch.others ? replicaTypes.filter((type) => !['Master', 'Worker'].includes(type)) : [];
  const replica = (replicas: number) => ({
    replicas,
    ...(restartPolicy ? { restartPolicy } : {}),
    template: { spec: { containers: [{ name: mainContainer, image: 'train:1' }] } },
  });
  return {
    apiVersion: 'kubeflow.org/v1',
    kind,
    metadata: {
      name: 'j',
      namespace: 'ns',
      uid: 'job-uid',
      ...(sketch.annotations ? { annotations: sketch.annotations } : {}),
    },
    spec: {
      ...(sketch.runPolicy ? { runPolicy: sketch.runPolicy } : {}),
      [REPLICA_SPECS[kind] ?? '']: {
        ...(replicaTypes.includes('Launcher') ? { Launcher: replica(1) } : {}),
        ...(master && replicaTypes.includes('Master') ? { Master: replica(1) } : {}),
        ...(workers > 0 ? { Worker: replica(workers) } : {}),
        ...Object.fromEntries(others.filter((type) => type !== 'Chief' || !master).map((type) => [type, replica(1)])),
      },
      ...sketch.spec,
    },
  } as PyTorchJob;
}

export type Write =
  | { readonly verb: 'create'; readonly object: KubeObject }
  | { readonly verb: 'delete'; readonly object: KubeObject; readonly now: boolean }
  | { readonly verb: 'status'; readonly status: object }
  | { readonly verb: 'deleteSelf' };

/** A plan as the writes it leads to, in the runtime's order. */
export function writesOf(plan: Plan, present: (object: KubeObject) => boolean): readonly Write[] {
  const status: Write[] = plan.status ? [{ verb: 'status', status: plan.status }] : [];
  const children: Write[] = [
    ...plan.children.filter((child) => !present(child)).map((object): Write => ({ verb: 'create', object })),
    ...(plan.remove ?? []).map(
      ({ object, gracePeriodSeconds }): Write => ({
        verb: 'delete',
        object,
        now: gracePeriodSeconds === 0,
      }),
    ),
  ];
  const self: Write[] = plan.removeSelf ? [{ verb: 'deleteSelf' }] : [];
  return plan.statusFirst ? [...status, ...children, ...self] : [...children, ...status, ...self];
}

export class World {
  job: PyTorchJob;
  now = START;
  children: KubeObject[] = [];
  nodes: KubeObject[] = [];
  /** Pods of a launcher's Job. */
  launchers: Pod[] = [];
  gone = false;
  /** Every write since the beginning. */
  readonly writes: Write[] = [];
  private uids = 0;
  private readonly options: TrainingOptions;

  constructor(sketch: JobSketch | PyTorchJob = {}, options: TrainingOptions = {}) {
    this.job = 'metadata' in sketch ? (sketch as PyTorchJob) : jobOf(sketch as JobSketch);
    this.options = options;
  }

  get kind(): JobKind {
    return kindNamed(this.job.kind);
  }

  /** Pods that the spec asks for. */
  get wanted(): number {
    return resolve(this.kind, this.job).replicas.reduce((sum, replica) => sum + replica.count, 0);
  }

  plan(): Plan {
    const observed = {
      object: this.job,
      children: this.children.filter(({ kind }) => !this.unseen(kind)),
      lookups: { nodes: this.nodes, launcherPods: this.launchers },
    };
    return planJob(this.kind, this.options)(observed, this.now);
  }

  /** Applies the first `limit` writes of one plan, as if the controller died after them. */
  step(limit = Number.POSITIVE_INFINITY): Plan {
    const plan = this.plan();
    for (const write of writesOf(plan, (object) => this.has(object)).slice(0, limit)) this.apply(write);
    return plan;
  }

  /** Plans until nothing more is to be written. */
  settle(): void {
    for (let i = 0; i < 20; i++) {
      const before = this.writes.length;
      this.step();
      if (this.writes.length === before) return;
    }
    throw new Error('plans do not converge');
  }

  apply(write: Write): void {
    this.writes.push(write);
    if (write.verb === 'deleteSelf') this.gone = true;
    if (write.verb === 'status') this.job = { ...this.job, status: write.status as JobStatus };
    if (write.verb === 'create' && this.present(write.object)) this.patch(write.object);
    else if (write.verb === 'create') {
      this.uids += 1;
      const { object } = write;
      this.children.push({ ...object, metadata: { ...object.metadata, uid: `uid-${this.uids}` } });
    }
    if (write.verb === 'delete') this.remove(write.object, write.now);
  }

  private remove(object: KubeObject, now: boolean): void {
    const lingers = object.kind === 'Pod' && !now && (object as Pod).status?.phase === 'Running';
    this.children = this.children.flatMap((child) => {
      if (child.metadata.uid !== object.metadata.uid) return [child];
      const at = child.metadata.deletionTimestamp ?? new Date(this.now + 30_000).toISOString();
      return lingers ? [{ ...child, metadata: { ...child.metadata, deletionTimestamp: at } }] : [];
    });
  }

  /** The kubelets finish every deletion. */
  reap(): void {
    this.children = this.children.filter((child) => !child.metadata.deletionTimestamp);
  }

  /** Someone asks for a pod's deletion. */
  evict(name: string): void {
    const deletionTimestamp = new Date(this.now + 30_000).toISOString();
    this.change(name, (pod) => ({ ...pod, metadata: { ...pod.metadata, deletionTimestamp } }));
  }

  phase(name: string, phase: string, more: Pod['status'] = {}): void {
    this.change(name, (pod) => ({ ...pod, status: { phase, ...more } }));
  }

  exit(name: string, exitCode: number): void {
    this.phase(name, exitCode === 0 ? 'Succeeded' : 'Failed', {
      containerStatuses: [{ name: this.kind.mainContainer, state: { terminated: { exitCode } } }],
    });
  }

  /** The kubelet cannot go on with a pod's container, and says why. */
  waits(name: string, phase: string, reason: string, message?: string): void {
    this.phase(name, phase, {
      containerStatuses: [
        { name: this.kind.mainContainer, state: { waiting: { reason, ...(message ? { message } : {}) } } },
      ],
    });
  }

  outOfMemory(name: string): void {
    this.phase(name, 'Failed', {
      containerStatuses: [
        { name: this.kind.mainContainer, state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } },
      ],
    });
  }

  edit(runPolicy: NonNullable<PyTorchJobSpec['runPolicy']>): void {
    const spec = { ...this.job.spec, runPolicy: { ...this.job.spec.runPolicy, ...runPolicy } };
    this.job = { ...this.job, spec };
  }

  scale(workers: number): void {
    const specs = this.kind.replicaSpecsOf(this.job.spec);
    const field = REPLICA_SPECS[this.job.kind] ?? '';
    const changed = { ...specs, Worker: { ...specs?.Worker, replicas: workers } };
    this.job = { ...this.job, spec: { ...this.job.spec, [field]: changed } };
  }

  private change(name: string, edit: (pod: Pod) => Pod): void {
    this.children = this.children.map((child) =>
      child.kind === 'Pod' && child.metadata.name === name ? edit(child as Pod) : child,
    );
  }

  /** Whether nothing is to be written for this object: it is there, and as planned if its kind is kept up. */
  has(object: KubeObject): boolean {
    const present = this.present(object);
    if (!present) return false;
    const patched = this.kind.extension?.owns.some(
      ({ kind, update }) => kind.kind === object.kind && update === 'patch',
    );
    return !patched || present.metadata.deletionTimestamp !== undefined || isSubset(content(object), present);
  }

  /** The child of this kind and name. */
  child(kind: string, name: string): KubeObject | undefined {
    return this.children.find((child) => child.kind === kind && child.metadata.name === name);
  }

  private unseen(kind: string): boolean {
    return this.kind.extension?.owns.some((owned) => owned.draw && owned.kind.kind === kind) ?? false;
  }

  private present(object: KubeObject): KubeObject | undefined {
    return this.child(object.kind, object.metadata.name ?? '');
  }

  private patch(object: KubeObject): void {
    this.children = this.children.map((child) =>
      child === this.present(object)
        ? {
            ...child,
            ...content(object),
            ...(object.spec ? { spec: { ...(child.spec as object), ...object.spec } } : {}),
          }
        : child,
    );
  }

  names(kind: string): readonly (string | undefined)[] {
    return this.children.filter((child) => child.kind === kind).map((child) => child.metadata.name);
  }

  get status(): JobStatus {
    return this.job.status ?? {};
  }

  /** `Type=Status` of every condition, in order. */
  get conditions(): readonly string[] {
    return (this.status.conditions ?? []).map(({ type, status }) => `${type}=${status}`);
  }

  message(type: string): string | undefined {
    return this.status.conditions?.find((condition) => condition.type === type)?.message;
  }
}

const content = ({ metadata: _, ...rest }: KubeObject) => rest;

export const running = (sketch: JobSketch = {}, options: TrainingOptions = {}): World => {
  const world = new World(sketch, options);
  world.settle();
  for (const name of world.names('Pod')) world.phase(name ?? '', 'Running');
  world.settle();
  return world;
};
