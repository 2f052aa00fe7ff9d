import { type KubeObject, keyOf } from '../../api/kube.ts';
import { type PodView, viewOfPod } from '../../api/scheduling/view.ts';
import { timestamp } from '../../api/timestamp.ts';
import { ApiError } from '../../runtime/client.ts';
import { Nodes } from '../scheduler/nodes.ts';
import { Random } from '../simulation/random.ts';
import { Clock } from './clock.ts';
import { Fleet } from './fleet.ts';
import { childKey, createdAt, messageOf, nameOf, withPhase } from './job-objects.ts';
import { JobQueues } from './job-queues.ts';
import { JobRun, type PodRun } from './job-run.ts';
import { note } from './meter.ts';
import type { Outcome, Preemption, Sample } from './outcome.ts';
import { Placer } from './placer.ts';
import { PodIntake } from './pod-intake.ts';
import { NamespaceQuotas } from './quotas.ts';
import type { Scenario } from './scenario.ts';

/** Rounds in which the plans for a job must settle. */
const MAX_ROUNDS = 10;

/**
 * How a day goes: jobs arrive, their own controller's plan makes their pods, namespaces' quotas and queues hold them back,
 * the scheduler places them, and they end when they have run for as long as they take. The same scenario always goes the
 * same way.
 */
export function simulate(scenario: Scenario): Outcome {
  return new Simulation(scenario).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #clock: Clock;
  readonly #nodes = new Nodes();
  readonly #placer: Placer;
  readonly #fleet: Fleet;
  readonly #intake: PodIntake;
  readonly #quotas: NamespaceQuotas;
  readonly #queues: JobQueues;
  readonly #jobs: JobRun[] = [];
  readonly #live = new Set<JobRun>();
  readonly #pods = new Map<string, PodRun>();
  /** `minCount` by group. */
  readonly #groups = new Map<string, number>();
  /** Jobs whose controller has something to look at. */
  readonly #dirty = new Set<JobRun>();
  readonly #preemptions: Preemption[] = [];
  readonly #waiting: Sample[] = [];
  #working = 0;
  #grownAt = '';

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#clock = new Clock(scenario.start);
    this.#placer = new Placer(this.#nodes, (group) => this.#groups.get(group), {
      bound: ({ pod, node }) => this.#bound(pod, node),
      preempted: (victims, by) => this.#preempted(victims, by),
    });
    this.#fleet = new Fleet({
      pools: scenario.pools,
      nodes: this.#nodes,
      clock: this.#clock,
      random: new Random(scenario.seed),
      events: {
        ready: (node) => this.#placer.nodeAdded(node),
        taken: (node) => this.#taken(node),
        retired: (node) => this.#placer.nodeRemoved(node),
      },
    });
    this.#intake = new PodIntake(scenario.objects);
    this.#quotas = new NamespaceQuotas(scenario.objects);
    this.#queues = new JobQueues(scenario.queues, this.#intake, {
      resumed: (job) => this.#settle(job),
      stopped: (job) => this.#dirty.add(job),
      evicted: (victims, by) => {
        const keys = victims.map(({ key }) => key);
        this.#preemptions.push({ at: this.#clock.now, where: 'queue', by: by.key, victims: keys });
      },
    });
  }

  run(): Outcome {
    const { arrivals, start, until } = this.#scenario;
    this.#fleet.start();
    for (const [index, arrival] of arrivals.entries()) {
      const { at } = arrival;
      if (at > until) continue;
      const job = new JobRun(arrival, index, createdAt(arrival.job, index, at));
      this.#jobs.push(job);
      this.#clock.after(at - start, () => this.#arrive(job));
    }
    this.#round();
    while (this.#clock.tick(until)) this.#round();
    return this.#outcome();
  }

  #outcome(): Outcome {
    const { now } = this.#clock;
    for (const job of this.#live) {
      if (job.started !== undefined) job.fate = 'unfinished';
      job.reason ??= job.works ? undefined : this.#reasonFor(job);
      job.halt(now);
    }
    for (const pod of this.#pods.values()) if (pod.node !== '') pod.job.book(pod, now);
    const pools = this.#fleet.meters().map((meter) => meter.outcome(now));
    return {
      start: this.#scenario.start,
      end: now,
      jobs: this.#jobs.map((job) => job.outcome()),
      pools,
      preemptions: this.#preemptions,
      waiting: this.#waiting,
    };
  }

  #reasonFor(job: JobRun): string | undefined {
    const held = this.#queues.reasonFor(job);
    if (held !== undefined) return held;
    const pods = [...job.pods.values()];
    const places = job.bound > 0 ? `holds places for ${job.bound} of its ${job.wanted} pods; ` : '';
    const refused = pods.find(({ state }) => state === 'refused');
    if (refused) return places + (this.#quotas.explain(refused.object) ?? '');
    const pending = pods.find(({ state }) => state === 'pending');
    if (pending) return places + this.#placer.explain(pending.view);
    if (job.arrival.type.isSuspended(job.object)) return 'spec.runPolicy.suspend is true, and no queue resumes it';
    return pods.length === 0 ? 'its controller makes no pods for it' : undefined;
  }

  #round(): void {
    for (let i = 0; i === 0 || (this.#dirty.size > 0 && i < MAX_ROUNDS); i++) {
      for (const job of this.#dirty) this.#settle(job);
      this.#dirty.clear();
      this.#quotas.offer((object) => this.#fits(object));
      this.#queues.round();
      this.#placer.round();
    }
    this.#grow();
    const { now } = this.#clock;
    note(this.#waiting, now, this.#live.size - this.#working);
    for (const meter of this.#fleet.meters()) meter.sample(now);
  }

  /** Only when somebody new waits, or a pool has room again. */
  #grow(): void {
    if (this.#placer.size === 0 || !this.#fleet.canGrow) return;
    if (this.#grownAt === `${this.#placer.entered} ${this.#fleet.changes}`) return;
    this.#fleet.grow(this.#placer.pending((line) => this.#fleet.mayHelp(line)));
    this.#grownAt = `${this.#placer.entered} ${this.#fleet.changes}`;
  }

  #arrive(job: JobRun): void {
    this.#live.add(job);
    this.#dirty.add(job);
    this.#queues.arrive(job);
  }

  /** Lets the job's controller act until it has nothing more to do. */
  #settle(job: JobRun): void {
    if (job.ended !== undefined) return;
    const { domain } = job.arrival.type;
    for (let round = 0; ; round++) {
      if (round > MAX_ROUNDS) throw new Error(`the plan for ${job.key} does not settle: report this as a bug`);
      const { object, children } = job;
      const plan = domain.plan({ object, children: [...children.values()], lookups: {} }, this.#clock.now);
      const missing = plan.children.filter((child) => !children.has(childKey(child)) && !job.pods.has(nameOf(child)));
      const removed = (plan.remove ?? []).filter((removal) => this.#remove(job, removal.object));
      if (plan.status) job.object = { ...object, status: plan.status };
      const { verdict } = job;
      if (verdict) {
        this.#end(job, verdict);
        return;
      }
      for (const child of missing) this.#create(job, child);
      this.#wake(job, plan.wakeAt);
      if (missing.length === 0 && removed.length === 0) break;
    }
    this.#queues.requeue(job);
  }

  #wake(job: JobRun, at: number | undefined): void {
    job.timers.get('wake')?.();
    if (at === undefined) return;
    job.timers.set(
      'wake',
      this.#clock.after(at - this.#clock.now, () => this.#dirty.add(job)),
    );
  }

  #create(job: JobRun, child: KubeObject): void {
    if (child.kind !== 'Pod') {
      job.children.set(childKey(child), child);
      const { schedulingPolicy } = (child.spec ?? {}) as {
        readonly schedulingPolicy?: { readonly gang?: { readonly minCount?: number } };
      };
      if (child.kind === 'PodGroup') this.#groups.set(keyOf(child.metadata), schedulingPolicy?.gang?.minCount ?? 1);
      return;
    }
    let object: KubeObject;
    try {
      object = this.#intake.admit(child, this.#clock.now);
      const view = viewOfPod(object);
      const state = this.#quotas.take(object) ? 'refused' : 'pending';
      const pod: PodRun = { job, name: nameOf(child), object, view, state, node: '', boundAt: 0 };
      job.pods.set(pod.name, pod);
      this.#pods.set(view.uid, pod);
      if (state === 'pending') this.#join(pod);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      job.reason = error.message;
      job.pods.set(nameOf(child), {
        job,
        name: nameOf(child),
        object: child,
        view: viewOfPod(child),
        state: 'refused',
        node: '',
        boundAt: 0,
      });
    }
  }

  #join(pod: PodRun): void {
    pod.state = 'pending';
    pod.job.children.set(childKey(pod.object), pod.object);
    this.#placer.add(pod.view);
  }

  /** Its namespace's quota has room for the pod now. */
  #fits(object: KubeObject): void {
    const pod = this.#pods.get(object.metadata.uid ?? '');
    if (pod) this.#join(pod);
  }

  /** False when nothing is left to do. */
  #remove(job: JobRun, object: KubeObject): boolean {
    const key = childKey(object);
    if (object.kind !== 'Pod') return job.children.delete(key);
    const pod = job.pods.get(nameOf(object));
    if (!pod || pod.state === 'leaving') return false;
    if (pod.state === 'bound') this.#leave(pod);
    else this.#forget(pod);
    return true;
  }

  #bound(view: PodView, node: string): void {
    const pod = this.#pods.get(view.uid) as PodRun;
    const { job } = pod;
    const { now } = this.#clock;
    pod.state = 'bound';
    pod.node = node;
    pod.boundAt = now;
    job.bound++;
    this.#fleet.used(node);
    this.#fleet.meterOf(node)?.podBound(view, node, now, (amount) => {
      job.cost += amount;
    });
    job.children.set(childKey(pod.object), withPhase(pod, 'Running', now));
    if (job.bound < job.wanted || job.ended !== undefined) return;
    job.proceed(now);
    this.#working++;
    job.timers.set(
      'finish',
      this.#clock.after(job.leftMs, () => this.#finish(job)),
    );
  }

  #preempted(views: readonly PodView[], by: PodView): void {
    const pods = views.map(({ uid }) => this.#pods.get(uid) as PodRun);
    const jobs = new Set(pods.map(({ job }) => job));
    const winner = this.#pods.get(by.uid) as PodRun;
    const victims = [...jobs].map(({ key }) => key);
    this.#preemptions.push({ at: this.#clock.now, where: 'scheduler', by: winner.job.key, victims });
    for (const job of jobs) job.preempted++;
    for (const pod of pods) this.#leave(pod);
  }

  /** The pod's grace begins. */
  #leave(pod: PodRun): void {
    const { now } = this.#clock;
    const { terminationGracePeriodSeconds: grace = 30 } = pod.object.spec as {
      readonly terminationGracePeriodSeconds?: number;
    };
    this.#stop(pod);
    pod.state = 'leaving';
    this.#placer.leaves(pod.view);
    const live = pod.job.children.get(childKey(pod.object)) ?? pod.object;
    const deletionTimestamp = timestamp(now + grace * 1000);
    pod.job.children.set(childKey(pod.object), { ...live, metadata: { ...live.metadata, deletionTimestamp } });
    this.#clock.after(grace * 1000, () => this.#vanish(pod));
  }

  /** The job cannot go on without the pod. */
  #stop({ job, state }: PodRun): void {
    if (state !== 'bound') return;
    job.bound--;
    if (!job.works) return;
    job.halt(this.#clock.now);
    this.#working--;
    job.timers.get('finish')?.();
  }

  /** The provider takes a node. */
  #taken(node: string): void {
    const pods = this.#nodes.podsOn(node).flatMap(({ uid }) => this.#pods.get(uid) ?? []);
    for (const job of new Set(pods.map((pod) => pod.job))) job.interrupted++;
    for (const pod of pods) {
      this.#stop(pod);
      this.#vanish(pod);
    }
  }

  /** The pod no longer exists; its job's controller will see to that. */
  #vanish(pod: PodRun): void {
    if (this.#pods.get(pod.view.uid) !== pod) return;
    this.#forget(pod);
    this.#queues.requeue(pod.job);
    if (pod.job.ended === undefined) this.#dirty.add(pod.job);
  }

  #forget(pod: PodRun): void {
    const { job, view, object, node } = pod;
    const { now } = this.#clock;
    job.pods.delete(pod.name);
    job.children.delete(childKey(object));
    this.#pods.delete(view.uid);
    this.#quotas.release(object);
    if (pod.state === 'pending') this.#placer.withdraw(view);
    if (node === '') return;
    job.book(pod, now);
    this.#fleet.meterOf(node)?.podGone(view, node, now);
    this.#placer.gone(view);
    if (this.#nodes.podsOn(node).length === 0) this.#fleet.idle(node);
  }

  /** The work is done: all pods end by themselves. */
  #finish(job: JobRun): void {
    const { now } = this.#clock;
    job.halt(now, true);
    this.#working--;
    for (const pod of [...job.pods.values()]) {
      this.#forget(pod);
      job.children.set(childKey(pod.object), withPhase(pod, 'Succeeded', now));
    }
    job.bound = 0;
    this.#settle(job);
    if (job.ended === undefined) {
      job.reason = 'its pods have ended, but by its own rules it is not over';
      this.#end(job, 'Failed');
    }
  }

  #end(job: JobRun, verdict: 'Succeeded' | 'Failed'): void {
    const { now } = this.#clock;
    if (job.works) this.#working--;
    job.halt(now);
    job.ended = now;
    job.fate = verdict === 'Succeeded' ? 'succeeded' : 'failed';
    if (verdict === 'Failed') job.reason ??= messageOf(job.object);
    this.#live.delete(job);
    for (const cancel of job.timers.values()) cancel();
    this.#queues.over(job);
    for (const pod of [...job.pods.values()]) {
      if (pod.state === 'pending' || pod.state === 'refused') this.#forget(pod);
      // A clean-up policy that spares them: they run on to their own end.
      else if (pod.state === 'bound') this.#clock.after(Math.max(0, job.leftMs), () => this.#vanish(pod));
    }
    for (const child of job.children.values()) {
      if (child.kind === 'PodGroup') this.#groups.delete(keyOf(child.metadata));
    }
  }
}
