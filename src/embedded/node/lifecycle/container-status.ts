import { timestamp } from '../../../api/timestamp.ts';
import type { Instant } from '../../../runtime/environment.ts';
import { type Container, type ContainerState, type ContainerStatus, isSidecar, type Pod } from '../pod-types.ts';
import { type Ending, isAlive } from './ending.ts';
import { isReady, isStarted } from './probes.ts';
import { type ContainerRecord, type Exit, type PodRecord, recordOf } from './record.ts';
import { countedCrashes, restartAt, restarts, restartWaitMs } from './restart.ts';
import type { NodeSettings } from './settings.ts';

/** What a status is made of. */
export interface StatusView {
  readonly pod: Pod;
  readonly record: PodRecord;
  readonly ending: Ending | undefined;
  readonly now: Instant;
  readonly settings: NodeSettings;
}

export const containerIdOf = (id: string): string => `process://${id}`;

export function containerStatus(view: StatusView, container: Container, init: boolean): ContainerStatus {
  const record = recordOf(view.record, container.name);
  const { run } = record;
  const [state, lastState] = statesOf(view, container, init, record);
  const plainInit = init && !isSidecar(container);
  return {
    name: container.name,
    image: run?.image || (container.image ?? ''),
    imageID: run?.imageId ?? '',
    ...(run?.id && { containerID: containerIdOf(run.id) }),
    ready: plainInit ? run?.stage === 'exited' && run.exit?.exitCode === 0 : isReady(container, run),
    started: plainInit ? isAlive(run) && run.stage !== 'starting' : isStarted(container, run),
    restartCount: record.restarts,
    state,
    lastState: lastState ?? {},
  };
}

function statesOf(
  view: StatusView,
  container: Container,
  init: boolean,
  record: ContainerRecord,
): readonly [ContainerState, ContainerState?] {
  const { run, last, blocked } = record;
  const previous = last && { terminated: terminated(last) };
  if (run?.stage === 'running' || run?.stage === 'stopping') {
    return [{ running: { startedAt: timestamp(run.startedAt) } }, previous];
  }
  const latest = run?.exit && { terminated: terminated(run.exit) };
  if (blocked && !view.ending) return [{ waiting: whyBlocked(container, record) }, latest ?? previous];
  if (!run?.exit || !latest) return [{ waiting: whyWaiting(view, init) }, previous];
  const { ending, now, settings, pod } = view;
  if (!ending && restarts(pod, container, init, run.exit) && restartAt(record, run.exit, settings) > now) {
    const seconds = restartWaitMs(countedCrashes(record, run.exit, settings), settings) / 1000;
    const { name, namespace, uid } = pod.metadata;
    const who = `container=${container.name} pod=${name}_${namespace}(${uid})`;
    return [
      { waiting: { reason: 'CrashLoopBackOff', message: `back-off ${seconds}s restarting failed ${who}` } },
      latest,
    ];
  }
  return [latest, previous];
}

function whyBlocked({ image }: Container, { blocked, blockedTimes }: ContainerRecord) {
  const { reason = '', message = '' } = blocked ?? {};
  if (reason !== 'ErrImagePull' || blockedTimes < 2) return { reason, message };
  return { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ${message}` };
}

function whyWaiting({ pod, record }: StatusView, init: boolean) {
  if (record.setup.failure) return { reason: 'ContainerCreating', message: record.setup.failure.message };
  const waitsForInits = !init && (pod.spec.initContainers ?? []).length > 0;
  return { reason: init || waitsForInits ? 'PodInitializing' : 'ContainerCreating' };
}

function terminated(exit: Exit) {
  return {
    exitCode: exit.exitCode,
    reason: exit.reason,
    ...(exit.message && { message: exit.message }),
    startedAt: timestamp(exit.startedAt),
    finishedAt: timestamp(exit.finishedAt),
    ...(exit.id && { containerID: containerIdOf(exit.id) }),
  };
}
