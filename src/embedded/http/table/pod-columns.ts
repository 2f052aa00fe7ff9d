import { type JsonObject, objectOf, objectsOf } from '../../../api/json.ts';
import type { KubeObject } from '../../../api/kube.ts';
import { AGE, type Column, NAME, specOf, statusOf, text, textOf } from './columns.ts';
import { humanDuration } from './duration.ts';

interface Summary {
  readonly ready: string;
  readonly reason: string;
  readonly restarts: string;
}

const summaries = new WeakMap<KubeObject, Summary>();

/** What kubectl tells of a pod in one line; objects are never modified, so each is read once. */
function summaryOf(pod: KubeObject, now: number): Summary {
  const known = summaries.get(pod);
  if (known && !known.restarts.includes('ago')) return known;
  const made = summarize(pod, now);
  summaries.set(pod, made);
  return made;
}

function summarize(pod: KubeObject, now: number): Summary {
  const spec = specOf(pod);
  const status = statusOf(pod);
  const containers = objectsOf(spec.containers);
  const initContainers = objectsOf(spec.initContainers);
  const sidecars = new Set(
    initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const initial = objectsOf(status.initContainerStatuses);
  const main = objectsOf(status.containerStatuses);
  const counted = [...main, ...initial.filter(({ name }) => sidecars.has(name))];
  const ready = counted.filter((one) => one.ready === true && stateOf(one).running !== undefined).length;
  const initializing = initialReason(initial, initContainers.length, sidecars);
  const began = initializing === undefined || hasCondition(status, 'Initialized');
  const reason = deleted(pod) ?? (began ? mainReason(pod, main) : initializing) ?? '';
  return {
    ready: `${ready}/${containers.length + sidecars.size}`,
    reason,
    restarts: restartsOf(began ? counted : initial, now),
  };
}

const stateOf = (status: JsonObject): JsonObject => objectOf(status.state);

const hasCondition = (status: JsonObject, type: string): boolean =>
  objectsOf(status.conditions).some((condition) => condition.type === type && condition.status === 'True');

function deleted(pod: KubeObject): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined) return undefined;
  if (statusOf(pod).reason === 'NodeLost') return 'Unknown';
  const { phase } = statusOf(pod);
  return phase === 'Succeeded' || phase === 'Failed' ? undefined : 'Terminating';
}

/** What the first init container that is not done does; undefined when all are done. */
function initialReason(
  initial: readonly JsonObject[],
  total: number,
  sidecars: ReadonlySet<unknown>,
): string | undefined {
  for (const [index, status] of initial.entries()) {
    const { terminated, waiting } = stateOf(status) as Readonly<Record<string, JsonObject | undefined>>;
    if (terminated && terminated.exitCode === 0) continue;
    if (sidecars.has(status.name) && status.started === true) continue;
    if (terminated) return `Init:${endOf(terminated)}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${index}/${total}`;
  }
  return undefined;
}

function endOf({ reason, signal, exitCode }: JsonObject): string {
  if (reason) return String(reason);
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function mainReason(pod: KubeObject, main: readonly JsonObject[]): string {
  const status = statusOf(pod);
  const gated = objectsOf(status.conditions).some(
    ({ type, status: value, reason }) => type === 'PodScheduled' && value === 'False' && reason === 'SchedulingGated',
  );
  let reason = textOf(status.reason, gated ? 'SchedulingGated' : textOf(status.phase));
  let running = false;
  for (const one of [...main].reverse()) {
    const { waiting, terminated, running: runs } = stateOf(one) as Readonly<Record<string, JsonObject | undefined>>;
    if (waiting?.reason) reason = String(waiting.reason);
    else if (terminated) reason = endOf(terminated);
    else if (one.ready === true && runs) running = true;
  }
  if (reason === 'Completed' && running) return hasCondition(status, 'Ready') ? 'Running' : 'NotReady';
  return reason;
}

function restartsOf(statuses: readonly JsonObject[], now: number): string {
  const count = statuses.reduce((sum, { restartCount }) => sum + Number(restartCount ?? 0), 0);
  const ends = statuses
    .map(({ lastState }) => Date.parse(textOf(objectOf(objectOf(lastState).terminated).finishedAt)))
    .filter((at) => !Number.isNaN(at));
  if (count === 0 || ends.length === 0) return String(count);
  return `${count} (${humanDuration(now - Math.max(...ends))} ago)`;
}

function gates(pod: KubeObject): string {
  const wanted = objectsOf(specOf(pod).readinessGates);
  if (wanted.length === 0) return '<none>';
  const open = wanted.filter(({ conditionType }) => hasCondition(statusOf(pod), String(conditionType)));
  return `${open.length}/${wanted.length}`;
}

export const POD_COLUMNS: readonly Column[] = [
  NAME,
  text('Ready', (pod, now) => summaryOf(pod, now).ready),
  text('Status', (pod, now) => summaryOf(pod, now).reason),
  text('Restarts', (pod, now) => summaryOf(pod, now).restarts),
  AGE,
  text('IP', (pod) => textOf(statusOf(pod).podIP, '<none>'), 1),
  text('Node', (pod) => textOf(specOf(pod).nodeName, '<none>'), 1),
  text('Nominated Node', (pod) => textOf(statusOf(pod).nominatedNodeName, '<none>'), 1),
  text('Readiness Gates', gates, 1),
];
