import { POD } from '../../api/kinds.ts';
import { isConflict, isNotFound } from '../../runtime/client.ts';
import type { Cancel } from '../../runtime/environment.ts';
import { ContainerRun, type ExecResult, type ExecStreams } from './container-run.ts';
import { type NodeContext, StartError } from './context.ts';
import { isAlive } from './lifecycle/ending.ts';
import { type PodAction, planPod } from './lifecycle/plan.ts';
import { probeBegan, probeEnded, probeOf, probeState } from './lifecycle/probes.ts';
import {
  type ContainerRecord,
  freshRecord,
  type PodRecord,
  type ProbeKind,
  recordOf,
  recoveredRecord,
  withContainer,
  withRun,
} from './lifecycle/record.ts';
import { countedCrashes } from './lifecycle/restart.ts';
import type { LogOptions } from './logs/read.ts';
import { containerOf, execInPod, type PodView, readPodLogs } from './pod-access.ts';
import { makeSandbox, type PodSandbox, refreshVolumes, removeSandbox } from './pod-sandbox.ts';
import { type Container, isTerminal, type Pod } from './pod-types.ts';
import { type HandlerResult, runHandler } from './process/handler.ts';
import type { ResourceUse } from './process/usage.ts';
import { startEvents } from './start-events.ts';
import { newer, StatusWriter } from './status-writer.ts';

/** How often volumes made of ConfigMaps and Secrets are brought up to date. */
const REFRESH_MS = 60_000;
const REMOVE_RETRY_MS = 1000;
const HOOK_TIMEOUT_MS = 600_000;

/** Runs one pod: observes, plans, and does what the plan says, until the pod is gone. */
export class PodWorker {
  readonly #context: NodeContext;
  readonly #runs = new Map<string, ContainerRun>();
  readonly #starting = new Set<string>();
  /** What goes on beside the planning. */
  readonly #background = new Set<Promise<void>>();
  readonly #writer: StatusWriter;
  readonly #done: () => void;
  #pod: Pod;
  #record: PodRecord;
  #sandbox: PodSandbox | undefined;
  #wake: Cancel | undefined;
  #refresh: Cancel | undefined;
  #removing = false;
  #planned = false;
  #closed = false;
  #version = 1;

  /** @param done called once when the pod is gone and nothing of it is left */
  constructor(context: NodeContext, pod: Pod, done: () => void) {
    this.#context = context;
    this.#pod = pod;
    this.#done = done;
    const now = context.environment.now();
    this.#record = pod.status?.startTime ? recoveredRecord(pod, now) : freshRecord(now);
    this.#writer = new StatusWriter(context, (latest) => this.update(latest));
    this.sync();
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** Takes in a newer state of the pod. */
  update(pod: Pod): void {
    this.#pod = newer(this.#pod, pod);
    this.sync();
  }

  /** The pod is no longer in the API. */
  gone(): void {
    this.#change({ ...this.#record, gone: true });
  }

  /** Plans once more, in the next turn. */
  sync(): void {
    if (this.#planned || this.#closed) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      if (!this.#closed) this.#plan();
    });
  }

  /** Ends every process, without a word to the API. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    this.#refresh?.();
    for (const run of this.#runs.values()) {
      run.terminate();
      run.killAfter(graceMs);
    }
    while (this.#background.size > 0) await Promise.all(this.#background);
  }

  readLogs(container: string | undefined, options: LogOptions): AsyncIterable<Buffer> {
    return readPodLogs(this.#context, this.#view(), container, options);
  }

  exec(container: string | undefined, command: readonly string[], streams: ExecStreams): Promise<ExecResult> {
    return execInPod(this.#view(), container, command, streams);
  }

  /** By container; those that the system tells nothing of are left out. */
  usage(): ReadonlyMap<string, ResourceUse> {
    const uses = [...this.#runs].map(([name, run]) => [name, run.use()] as const);
    return new Map(uses.flatMap(([name, use]) => (use ? [[name, use] as const] : [])));
  }

  #view(): PodView {
    return { pod: this.#pod, record: this.#record, runs: this.#runs };
  }

  #plan(): void {
    const { environment, settings } = this.#context;
    this.#wake?.();
    const plan = planPod(this.#pod, this.#record, environment.now(), settings);
    if (isTerminal(plan.status.phase) && this.#starting.size > 0) return;
    const writing = !this.#record.gone && this.#writer.write(this.#pod, plan.status);
    for (const action of plan.actions) this.#act(action, writing);
    const alive = [...this.#record.containers.values()].some(({ run }) => isAlive(run));
    if (this.#record.gone && !alive && this.#starting.size === 0) this.#beside(this.#leave());
    if (plan.wakeAt === undefined) return;
    this.#wake = environment.after(Math.max(1, plan.wakeAt - environment.now()), () => this.sync());
  }

  #act(action: PodAction, writing: boolean): void {
    if (action.type === 'set-up') this.#beside(this.#setUp());
    else if (action.type === 'start') this.#beside(this.#start(action.container));
    else if (action.type === 'stop') this.#beside(this.#stop(action.container, action.graceSeconds, action.why));
    else if (action.type === 'probe') this.#beside(this.#probe(action.container, action.kind));
    else if (!writing) this.#beside(this.#remove());
  }

  /** Lets something go on that nobody waits for but the end. */
  #beside(task: Promise<void>): void {
    const { name, namespace } = this.#pod.metadata;
    const guarded = task
      .catch((error: Error) =>
        this.#context.log.error('a pod got into trouble', { pod: `${namespace}/${name}`, error }),
      )
      .finally(() => this.#background.delete(guarded));
    this.#background.add(guarded);
  }

  #change(record: PodRecord): void {
    this.#record = record;
    this.sync();
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (!this.#record.gone) this.#context.events.record(this.#pod, { type, reason, message });
  }

  async #setUp(): Promise<void> {
    const { environment } = this.#context;
    const { failures } = this.#record.setup;
    this.#record = { ...this.#record, setup: { ...this.#record.setup, stage: 'running' } };
    try {
      this.#sandbox = await makeSandbox(this.#context, this.#pod);
      this.#refreshLater();
      this.#change({ ...this.#record, ip: this.#sandbox.ip, setup: { stage: 'done', failures: 0 } });
    } catch (error) {
      const { message } = error as Error;
      this.#event('Warning', 'FailedMount', message);
      const failure = { reason: 'FailedMount', message, at: environment.now() };
      this.#change({ ...this.#record, setup: { stage: 'none', failures: failures + 1, failure } });
    }
  }

  #refreshLater(): void {
    this.#refresh = this.#context.environment.after(REFRESH_MS, async () => {
      if (this.#closed || !this.#sandbox || isTerminal(this.#pod.status?.phase)) return;
      await refreshVolumes(this.#context, this.#pod, this.#sandbox, ++this.#version).catch((error: Error) => {
        this.#event('Warning', 'FailedMount', error.message);
      });
      this.#refreshLater();
    });
  }

  async #start(name: string): Promise<void> {
    const sandbox = this.#sandbox;
    if (this.#starting.has(name) || !sandbox) return;
    this.#starting.add(name);
    const { environment, settings } = this.#context;
    const container = containerOf(this.#pod, name);
    const before = recordOf(this.#record, name);
    const id = `${this.#pod.metadata.uid}-${name}-${before.restarts + (before.run ? 1 : 0)}`;
    try {
      const attempt = before.restarts + (before.run ? 1 : 0);
      const run = await ContainerRun.start(this.#context, this.#pod, container, sandbox, attempt, id);
      this.#runs.set(name, run);
      const exit = before.run?.exit;
      const last = exit ?? before.last;
      const image = container.image ?? '';
      const next: ContainerRecord = {
        restarts: attempt,
        ...(last && { last }),
        blockedTimes: 0,
        crashes: exit ? countedCrashes(before, exit, settings) + 1 : before.crashes,
        run: { id, image, imageId: imageIdOf(run), stage: 'starting', startedAt: environment.now(), probes: {} },
      };
      this.#record = withContainer(this.#record, name, next);
      const { unstated } = this.#context.images;
      for (const { type, reason, message } of startEvents(container, run.prepared, unstated))
        this.#event(type, reason, message);
      this.#beside(this.#follow(container, run));
    } catch (error) {
      const { message } = error as Error;
      const reason = error instanceof StartError ? error.reason : 'CreateContainerError';
      this.#event('Warning', reason === 'ErrImagePull' ? 'Failed' : reason, message);
      const blocked = { reason, message, at: environment.now() };
      const now = recordOf(this.#record, name);
      this.#record = withContainer(this.#record, name, { ...now, blocked, blockedTimes: now.blockedTimes + 1 });
    } finally {
      this.#starting.delete(name);
      if (this.#closed) this.#runs.get(name)?.kill();
      this.sync();
    }
  }

  /** Brings a run from its start over its postStart hook to its end. */
  async #follow(container: Container, run: ContainerRun): Promise<void> {
    const { name } = container;
    const refused = await run.process.started;
    const ended = run.end();
    if (refused === undefined) this.#beside(this.#afterStart(container, run));
    const { exitCode, message } = await ended;
    if (this.#runs.get(name) === run) this.#runs.delete(name);
    if (this.#closed) return;
    const { environment } = this.#context;
    const current = recordOf(this.#record, name).run;
    if (current?.id !== run.id) return;
    const reason = refused === undefined ? (exitCode === 0 ? 'Completed' : 'Error') : 'StartError';
    if (refused !== undefined) this.#event('Warning', 'Failed', `Error: ${refused}`);
    const said = refused ?? message;
    const exit = {
      id: run.id,
      exitCode,
      reason,
      ...(said !== '' && { message: said }),
      startedAt: current.startedAt,
      finishedAt: environment.now(),
    };
    this.#change(withRun(this.#record, name, { stage: 'exited', exit }));
  }

  async #afterStart(container: Container, run: ContainerRun): Promise<void> {
    const { name, lifecycle } = container;
    const hook = lifecycle?.postStart;
    const { passed, message } = hook
      ? await this.#handle(hook, container, run, HOOK_TIMEOUT_MS)
      : { passed: true, message: '' };
    const current = recordOf(this.#record, name).run;
    if (current?.id !== run.id || current.stage !== 'starting' || this.#closed) return;
    this.#change(withRun(this.#record, name, { stage: 'running' }));
    if (passed) return;
    this.#event('Warning', 'FailedPostStartHook', message);
    await this.#stop(name, this.#pod.spec.terminationGracePeriodSeconds ?? 30, 'its postStart hook failed');
  }

  async #stop(name: string, graceSeconds: number, why: string): Promise<void> {
    const { environment } = this.#context;
    const run = this.#runs.get(name);
    const before = recordOf(this.#record, name).run;
    if (!run || !before || before.stage === 'exited') return;
    const since = this.#record.endingSince ?? environment.now();
    this.#record = { ...withRun(this.#record, name, { stage: 'stopping', stopGraceSeconds: graceSeconds }) };
    if (this.#pod.metadata.deletionTimestamp) this.#record = { ...this.#record, endingSince: since };
    run.killAfter(graceSeconds * 1000);
    if (before.stage === 'stopping') return;
    this.#event('Normal', 'Killing', `Stopping container ${name}: ${why}`);
    this.sync();
    const container = containerOf(this.#pod, name);
    const hook = container.lifecycle?.preStop;
    if (hook && before.stage === 'running' && graceSeconds > 0) {
      const { passed, message } = await this.#handle(hook, container, run, graceSeconds * 1000);
      if (!passed) this.#event('Warning', 'FailedPreStopHook', message);
    }
    run.terminate();
  }

  async #probe(name: string, kind: ProbeKind): Promise<void> {
    const { environment, settings } = this.#context;
    const container = containerOf(this.#pod, name);
    const probe = probeOf(container, kind);
    const run = this.#runs.get(name);
    const before = recordOf(this.#record, name).run;
    if (!probe || !run || before?.id !== run.id) return;
    const began = { ...before.probes, [kind]: probeBegan(probeState(before, kind), environment.now()) };
    this.#record = withRun(this.#record, name, { probes: began });
    const result = await this.#handle(probe, container, run, (probe.timeoutSeconds ?? 1) * settings.probeSecondMs);
    const current = recordOf(this.#record, name).run;
    if (current?.id !== run.id || this.#closed) return;
    if (!result.passed && current.stage === 'running') {
      const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
      this.#event('Warning', 'Unhealthy', `${title} probe failed: ${result.message}`);
    }
    const after = probeEnded(probe, probeState(current, kind), result.passed);
    this.#change(withRun(this.#record, name, { probes: { ...current.probes, [kind]: after } }));
  }

  #handle(
    handler: Parameters<typeof runHandler>[0],
    container: Container,
    run: ContainerRun,
    timeoutMs: number,
  ): Promise<HandlerResult> {
    const podIp = this.#sandbox?.ip ?? '127.0.0.1';
    return runHandler(handler, { container, podIp, timeoutMs, exec: (command, ms) => run.output(command, ms) });
  }

  /** The last word to the API: with grace 0, and only to this very pod. */
  async #remove(): Promise<void> {
    if (this.#removing) return;
    this.#removing = true;
    const { client, environment, log } = this.#context;
    const { name = '', namespace, uid } = this.#pod.metadata;
    try {
      const ref = { ...(namespace && { namespace }), name };
      await client.delete(POD, ref, { ...(uid && { uid }), gracePeriodSeconds: 0 });
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return;
      log.warn('a pod could not be taken out of the API, trying again', { pod: `${namespace}/${name}`, error });
      environment.after(REMOVE_RETRY_MS, () => {
        this.#removing = false;
        this.sync();
      });
    }
  }

  async #leave(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    this.#refresh?.();
    await removeSandbox(this.#context, this.#pod).catch((error: Error) => {
      this.#context.log.warn('a pod left files behind', { pod: this.#pod.metadata.name, error: error.message });
    });
    this.#done();
  }
}

const imageIdOf = ({ prepared }: ContainerRun): string => {
  const { venv, path } = prepared.rule;
  return prepared.engine ? `${prepared.engine}://${prepared.launch.words.at(0)}` : `host://${venv ?? path ?? ''}`;
};
