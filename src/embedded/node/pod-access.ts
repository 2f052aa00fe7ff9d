import { badRequest } from '../errors.ts';
import { type ContainerRun, type ExecResult, type ExecStreams, logPath } from './container-run.ts';
import type { NodeContext } from './context.ts';
import { isAlive } from './lifecycle/ending.ts';
import { type PodRecord, recordOf } from './lifecycle/record.ts';
import { type LogOptions, readLog } from './logs/read.ts';
import { podFolder } from './pod-sandbox.ts';
import type { Container, Pod } from './pod-types.ts';

/** What people want of a pod that a node runs: its output, and commands in it. Each throws ApiError 400 when it cannot be. */

export interface PodView {
  readonly pod: Pod;
  readonly record: PodRecord;
  /** The runs of its containers, by name. */
  readonly runs: ReadonlyMap<string, ContainerRun>;
}

export function readPodLogs(
  context: NodeContext,
  { pod, record, runs }: PodView,
  container: string | undefined,
  options: LogOptions,
): AsyncIterable<Buffer> {
  const { name } = chosen(pod, container);
  const { restarts, run, blocked } = recordOf(record, name);
  const attempt = options.previous ? restarts - 1 : restarts;
  const title = `container "${name}" in pod "${pod.metadata.name}"`;
  if (!run && !options.previous) {
    const why = blocked?.reason ?? record.setup.failure?.message ?? 'ContainerCreating';
    throw badRequest(`${title} is waiting to start: ${why}`);
  }
  if (attempt < 0) throw badRequest(`previous terminated ${title} not found`);
  const live = options.previous ? undefined : runs.get(name)?.log;
  return readLog(logPath(podFolder(context, pod), name, attempt), live, options, context.environment.now());
}

export function execInPod(
  { pod, record, runs }: PodView,
  container: string | undefined,
  command: readonly string[],
  streams: ExecStreams,
): Promise<ExecResult> {
  const { name } = chosen(pod, container);
  const run = runs.get(name);
  if (!run || !isAlive(recordOf(record, name).run)) throw badRequest(`container "${name}" does not run`);
  return run.exec(command, streams);
}

/** The container of this name. */
export function containerOf({ metadata, spec }: Pod, name: string): Container {
  const found = [...spec.containers, ...(spec.initContainers ?? [])].find((one) => one.name === name);
  if (!found) throw badRequest(`container ${name} is not valid for pod ${metadata.name}`);
  return found;
}

/** The container of this name, or the only one. */
function chosen(pod: Pod, name: string | undefined): Container {
  if (name) return containerOf(pod, name);
  const { containers } = pod.spec;
  const [only] = containers;
  if (only && containers.length === 1) return only;
  const names = containers.map((one) => one.name).join(' ');
  throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names}]`);
}
