import type { Instant } from '../../../runtime/environment.ts';
import { type Container, isSidecar, type Pod, type PodStatus } from '../pod-types.ts';
import { deadlineOf, type Ending, endingOf, isAlive, nextToStop } from './ending.ts';
import { isStarted, PROBE_KINDS, probeDueAt, probeOf, probeState } from './probes.ts';
import { type PodRecord, type ProbeKind, type Run, recordOf } from './record.ts';
import { restartAt, restarts, retryAt } from './restart.ts';
import type { NodeSettings } from './settings.ts';
import { statusOf } from './status.ts';

/** One thing that a node is to do for a pod. */
export type PodAction =
  /** Make its folders and find its address. */
  | { readonly type: 'set-up' }
  | { readonly type: 'start'; readonly container: string; readonly init: boolean }
  /** preStop, SIGTERM, and SIGKILL when the grace is over; given again when the grace became shorter. */
  | { readonly type: 'stop'; readonly container: string; readonly graceSeconds: number; readonly why: string }
  | { readonly type: 'probe'; readonly container: string; readonly kind: ProbeKind }
  /** Nothing runs any more: take the pod out of the API, once its last status is written. */
  | { readonly type: 'remove' };

/** Everything that one look at a pod leads to. */
export interface PodPlan {
  readonly actions: readonly PodAction[];
  readonly status: PodStatus;
  /** When to look again if nothing happens before. */
  readonly wakeAt?: Instant;
}

/** What a kubelet would do for this pod now. Pure: the record says what was observed, the plan what follows. */
export function planPod(pod: Pod, record: PodRecord, now: Instant, settings: NodeSettings): PodPlan {
  const ending = endingOf(pod, record, now);
  const draft = new Draft(pod, record, now, settings);
  if (ending) draft.end(ending);
  else draft.proceed();
  const status = statusOf(pod, record, ending, now, settings);
  return { actions: draft.actions, status, ...(draft.wakeAt !== undefined && { wakeAt: draft.wakeAt }) };
}

class Draft {
  readonly actions: PodAction[] = [];
  wakeAt: Instant | undefined;
  readonly #pod: Pod;
  readonly #record: PodRecord;
  readonly #now: Instant;
  readonly #settings: NodeSettings;

  constructor(pod: Pod, record: PodRecord, now: Instant, settings: NodeSettings) {
    this.#pod = pod;
    this.#record = record;
    this.#now = now;
    this.#settings = settings;
  }

  proceed(): void {
    const deadline = deadlineOf(this.#pod, this.#record);
    if (deadline !== undefined) this.#wake(deadline);
    const { setup } = this.#record;
    if (setup.stage === 'none') this.#setUp();
    if (setup.stage !== 'done') return;
    if (!this.#initialize()) return;
    for (const container of this.#pod.spec.containers) this.#keepRunning(container, false);
  }

  end({ cause, graceSeconds }: Ending): void {
    const since = this.#record.endingSince ?? this.#now;
    const left = graceSeconds - (this.#now - since) / 1000;
    for (const container of nextToStop(this.#pod, this.#record)) {
      const seconds = isSidecar(container) ? Math.max(1, left) : graceSeconds;
      this.#stop(container, seconds, cause === 'deadline' ? 'the pod ran out of time' : 'the pod ends');
    }
    const { initContainers = [], containers } = this.#pod.spec;
    const alive = [...initContainers, ...containers].some(({ name }) => isAlive(recordOf(this.#record, name).run));
    if (!alive && cause === 'deleted' && this.#record.setup.stage !== 'running') this.actions.push({ type: 'remove' });
  }

  #setUp(): void {
    const { failures, failure } = this.#record.setup;
    const at = failure ? retryAt(failure.at, failures, this.#settings) : this.#now;
    if (at <= this.#now) this.actions.push({ type: 'set-up' });
    else this.#wake(at);
  }

  /** Init containers one after the other; true once the others may run. */
  #initialize(): boolean {
    const { initContainers = [], containers } = this.#pod.spec;
    const begun = containers.some(({ name }) => recordOf(this.#record, name).run !== undefined);
    for (const container of initContainers) {
      const { run } = recordOf(this.#record, container.name);
      if (isSidecar(container)) {
        this.#keepRunning(container, true);
        if (!begun && !isStarted(container, run)) return false;
        continue;
      }
      if (begun || (run?.stage === 'exited' && run.exit?.exitCode === 0)) continue;
      this.#keepRunning(container, true);
      return false;
    }
    return true;
  }

  #keepRunning(container: Container, init: boolean): void {
    const { run } = recordOf(this.#record, container.name);
    if (run?.stage === 'running') this.#watchOver(container, run);
    else if (!run || run.stage === 'exited') this.#startWhenDue(container, init, run);
  }

  #startWhenDue(container: Container, init: boolean, run: Run | undefined): void {
    const record = recordOf(this.#record, container.name);
    if (run?.exit && !restarts(this.#pod, container, init, run.exit)) return;
    const afterExit = run?.exit ? restartAt(record, run.exit, this.#settings) : this.#now;
    const afterBlock = record.blocked ? retryAt(record.blocked.at, record.blockedTimes, this.#settings) : this.#now;
    const at = Math.max(afterExit, afterBlock);
    if (at <= this.#now) this.actions.push({ type: 'start', container: container.name, init });
    else this.#wake(at);
  }

  #watchOver(container: Container, run: Run): void {
    for (const kind of PROBE_KINDS) {
      const probe = probeOf(container, kind);
      if (kind !== 'readiness' && probe && probeState(run, kind).verdict === 'failed') {
        const grace = probe.terminationGracePeriodSeconds ?? this.#pod.spec.terminationGracePeriodSeconds ?? 30;
        this.#stop(container, grace, `its ${kind} probe failed`);
        return;
      }
    }
    for (const kind of PROBE_KINDS) {
      const at = probeDueAt(container, run, kind, this.#settings);
      if (at === undefined) continue;
      if (at <= this.#now) this.actions.push({ type: 'probe', container: container.name, kind });
      else this.#wake(at);
    }
  }

  #stop({ name }: Container, graceSeconds: number, why: string): void {
    const { run } = recordOf(this.#record, name);
    if (run?.stage === 'stopping' && graceSeconds >= (run.stopGraceSeconds ?? 0)) return;
    this.actions.push({ type: 'stop', container: name, graceSeconds, why });
  }

  #wake(at: Instant): void {
    this.wakeAt = Math.min(this.wakeAt ?? at, at);
  }
}
