import type { JobStatus } from '../../../src/api/batch.ts';
import type { BatchJob } from '../../../src/api/job-template.ts';
import type { JobSet, JobSetSpec, JobSetStatus, ReplicatedJob } from '../../../src/api/jobset.ts';
import { type KubeObject, keyOf } from '../../../src/api/kube.ts';
import { timestamp } from '../../../src/api/timestamp.ts';
import type { Found, Plan } from '../../../src/runtime/domain.ts';
import { jobSetDomains } from '../../../src/training/jobset/controller.ts';

/** A JobSet and what it led to, in memory: plans are applied to it, and tests play the Job controller. */

export const START = Date.parse('2026-01-01T00:00:00Z');
const [DOMAIN] = jobSetDomains();

export interface RoleSketch extends Partial<Omit<ReplicatedJob, 'name' | 'template'>> {
  readonly job?: object;
  readonly pod?: object;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const role = (name: string, sketch: RoleSketch = {}): ReplicatedJob => {
  const { job = {}, pod = {}, labels, annotations, ...more } = sketch;
  const template = { spec: { containers: [{ name: 'main', image: 'a:1' }], ...pod } };
  const metadata = { ...(labels && { labels }), ...(annotations && { annotations }) };
  return { name, template: { metadata, spec: { template, ...job } }, ...more } as ReplicatedJob;
};

export const jobSet = (spec: Partial<JobSetSpec>, metadata: KubeObject['metadata'] = {}): JobSet => ({
  apiVersion: 'jobset.x-k8s.io/v1alpha2',
  kind: 'JobSet',
  metadata: { name: 'js', namespace: 'ns', uid: 'set-uid', ...metadata },
  spec: { replicatedJobs: [role('w')], ...spec } as JobSetSpec,
});

/** One write that the runtime would make. */
type Write = () => void;

export class World {
  set: JobSet;
  now = START;
  gone = false;
  objects: KubeObject[] = [];
  /** What was written, in order: `create Job js-w-0`, `delete Job js-w-0`, `status`. */
  readonly log: string[] = [];
  readonly events: string[] = [];
  readonly counts: string[] = [];
  #uids = 0;

  constructor(spec: Partial<JobSetSpec> = {}, metadata: KubeObject['metadata'] = {}) {
    this.set = jobSet(spec, metadata);
  }

  plan(): Plan {
    const children = this.objects.filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === this.set.metadata.uid),
    );
    let lookups: Found = {};
    for (const { name, kind, by = 'name', keys } of DOMAIN?.reads ?? []) {
      const wanted = keys(this.set, children, lookups);
      const found = this.objects.filter(
        (object) =>
          object.kind === kind.kind && wanted.includes(by === 'name' ? keyOf(object.metadata) : ownerOf(object)),
      );
      lookups = { ...lookups, [name]: found };
    }
    return DOMAIN?.plan({ object: this.set, children, lookups }, this.now) ?? { children: [] };
  }

  /** Applies the first `limit` writes of one plan, as if the controller died after them. */
  step(limit = Number.POSITIVE_INFINITY): void {
    const plan = this.plan();
    const changed = plan.status !== undefined && JSON.stringify(plan.status) !== JSON.stringify(this.set.status);
    const status: Write[] = changed ? [() => this.#writeStatus(plan)] : [];
    const children = this.#childWrites(plan);
    const writes = plan.statusFirst ? [...status, ...children] : [...children, ...status];
    for (const write of writes.slice(0, limit)) write();
    if (plan.removeSelf) this.gone = true;
  }

  /** Plans until nothing more is to be written. */
  settle(): this {
    for (let i = 0; i < 20; i++) {
      const before = this.log.length;
      this.step();
      if (this.log.length === before) return this;
    }
    throw new Error(`plans do not converge: ${this.log.slice(-20).join('; ')}`);
  }

  #writeStatus(plan: Plan): void {
    this.log.push('status');
    this.set = { ...this.set, status: plan.status as JobSetStatus };
    this.events.push(...(plan.events ?? []).map(({ reason, message }) => `${reason}: ${message}`));
    this.counts.push(...(plan.counts ?? []).map(({ counter }) => counter));
  }

  #childWrites(plan: Plan): Write[] {
    const owner = {
      apiVersion: 'v',
      kind: 'JobSet',
      name: this.name,
      uid: this.set.metadata.uid ?? '',
      controller: true,
    };
    const make = (object: KubeObject, owners: readonly (typeof owner)[]) => () => {
      if (this.find(object.kind, object.metadata.name ?? '')) return;
      this.log.push(`create ${object.kind} ${object.metadata.name}`);
      this.#uids += 1;
      const metadata = { ...object.metadata, uid: `uid-${this.#uids}`, ownerReferences: owners };
      this.objects.push({ ...object, metadata });
    };
    return [
      ...plan.children.map((child) => make(child, [owner])),
      ...(plan.lasting ?? []).map((object) => make(object, [])),
      ...(plan.patches ?? []).map(({ object, subresource, body }) => () => {
        this.log.push(`patch ${object.kind} ${object.metadata.name}${subresource ? `/${subresource}` : ''}`);
        this.#change(object, (present) => merge(present, body) as KubeObject);
      }),
      ...(plan.remove ?? []).map(({ object, foreground, gracePeriodSeconds }) => () => {
        if (object.metadata.deletionTimestamp && gracePeriodSeconds === undefined) return;
        this.log.push(`delete ${object.kind} ${object.metadata.name}${gracePeriodSeconds === 0 ? ' now' : ''}`);
        if (foreground && this.podsOf(object).length > 0) this.#mark(object);
        else this.#drop(object);
      }),
    ];
  }

  #mark(object: KubeObject): void {
    const deletionTimestamp = timestamp(this.now + (object.kind === 'Pod' ? 30_000 : 0));
    this.#change(object, (present) => ({ ...present, metadata: { ...present.metadata, deletionTimestamp } }));
    for (const pod of this.podsOf(object)) this.#mark(pod);
  }

  #drop(object: KubeObject): void {
    this.objects = this.objects.filter(({ metadata }) => metadata.uid !== object.metadata.uid);
    this.objects = this.objects.filter(
      (present) => !(present.kind === 'Job' && present.metadata.deletionTimestamp && this.podsOf(present).length === 0),
    );
  }

  #change(object: KubeObject, edit: (present: KubeObject) => KubeObject): void {
    this.objects = this.objects.map((present) =>
      present.metadata.uid === object.metadata.uid ? edit(present) : present,
    );
  }

  get name(): string {
    return this.set.metadata.name ?? '';
  }

  find(kind: string, name: string): KubeObject | undefined {
    return this.objects.find((object) => object.kind === kind && object.metadata.name === name);
  }

  podsOf(job: KubeObject): readonly KubeObject[] {
    return this.objects.filter((object) => object.kind === 'Pod' && ownerOf(object) === job.metadata.uid);
  }

  get jobs(): readonly BatchJob[] {
    return this.objects.filter(({ kind }) => kind === 'Job') as BatchJob[];
  }

  get jobNames(): readonly string[] {
    return this.jobs.map(({ metadata }) => metadata.name ?? '');
  }

  job(name: string): BatchJob {
    const found = this.find('Job', name);
    if (!found) throw new Error(`no Job ${name} among ${this.jobNames.join(', ')}`);
    return found as BatchJob;
  }

  /** The Job controller makes a pod for this Job, on a node. */
  pod(job: string, node = 'n1'): void {
    const { metadata } = this.job(job);
    this.#uids += 1;
    const owner = { apiVersion: 'batch/v1', kind: 'Job', name: job, uid: metadata.uid ?? '', controller: true };
    this.objects.push({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${job}-0-${this.#uids}`, namespace: 'ns', uid: `uid-${this.#uids}`, ownerReferences: [owner] },
      spec: { nodeName: node },
      status: { phase: 'Running' },
    });
  }

  /** The kubelets finish every deletion. */
  reap(): void {
    const going = this.objects.filter(({ kind, metadata }) => kind === 'Pod' && metadata.deletionTimestamp);
    for (const pod of going) this.#drop(pod);
  }

  jobStatus(job: string, status: Partial<JobStatus>): void {
    this.#change(this.job(job), (present) => ({ ...present, status: { ...(present.status as object), ...status } }));
  }

  ready(job: string): void {
    this.jobStatus(job, { active: 1, ready: 1, startTime: timestamp(this.now) });
  }

  succeed(job: string): void {
    this.#finish(job, 'Complete', 'CompletionsReached', '');
  }

  fail(job: string, reason = 'BackoffLimitExceeded', message = 'Job has reached the specified backoff limit'): void {
    this.#finish(job, 'Failed', reason, message);
  }

  #finish(job: string, type: 'Complete' | 'Failed', reason: string, message: string): void {
    const lastTransitionTime = timestamp(this.now);
    this.jobStatus(job, {
      active: 0,
      ready: 0,
      conditions: [{ type, status: 'True', reason, message, lastTransitionTime }],
    });
    this.now += 1000;
  }

  edit(spec: Partial<JobSetSpec>): void {
    this.set = { ...this.set, spec: { ...this.set.spec, ...spec } };
  }

  get status(): JobSetStatus {
    return this.set.status ?? {};
  }

  /** `Type=Status Reason` of every condition, in order. */
  get conditions(): readonly string[] {
    return (this.status.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
  }

  /** `ready/succeeded/failed/active/suspended` of one replicated job. */
  counted(name: string): string {
    const found = this.status.replicatedJobsStatus?.find((entry) => entry.name === name);
    return found ? [found.ready, found.succeeded, found.failed, found.active, found.suspended].join('/') : 'absent';
  }
}

const ownerOf = ({ metadata }: KubeObject): string =>
  metadata.ownerReferences?.find(({ controller }) => controller)?.uid ?? '';

/** RFC 7386. */
export function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(target as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key] ?? {}, value);
  }
  return result;
}
