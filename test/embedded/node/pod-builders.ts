/** Pods and records as tables of tests write them; times are seconds after T0. */
import { type PodPlan, planPod } from '../../../src/embedded/node/lifecycle/plan.ts';
import {
  type ContainerRecord,
  type Exit,
  freshRecord,
  type PodRecord,
  type Run,
} from '../../../src/embedded/node/lifecycle/record.ts';
import { DEFAULT_SETTINGS } from '../../../src/embedded/node/lifecycle/settings.ts';
import type { Container, Pod, PodSpec } from '../../../src/embedded/node/pod-types.ts';

export const T0 = Date.parse('2026-01-01T00:00:00Z');
export const seconds = (count: number) => T0 + count * 1000;

export const container = (name: string, more: Partial<Container> = {}): Container => ({ name, image: 'i', ...more });

export function podOf(spec: Partial<PodSpec> = {}, more: Partial<Pod> = {}): Pod {
  const metadata = { name: 'p', namespace: 'ns', uid: 'u', generation: 1, ...more.metadata };
  return { apiVersion: 'v1', kind: 'Pod', ...more, metadata, spec: { containers: [container('main')], ...spec } };
}

export const started = (at = 0, more: Partial<Run> = {}): Run => ({
  id: 'r',
  image: 'i',
  imageId: 'host://',
  stage: 'running',
  startedAt: seconds(at),
  probes: {},
  ...more,
});
export const exitOf = (exitCode: number, from = 0, to = 1): Exit => ({
  id: 'r',
  exitCode,
  reason: exitCode === 0 ? 'Completed' : 'Error',
  startedAt: seconds(from),
  finishedAt: seconds(to),
});
export const of = (run?: Run, more: Partial<ContainerRecord> = {}): ContainerRecord => ({
  restarts: 0,
  blockedTimes: 0,
  crashes: 0,
  ...(run && { run }),
  ...more,
});
export const running = (at = 0, more: Partial<Run> = {}) => of(started(at, more));
export const exited = (code: number, more: Partial<ContainerRecord> = {}, from = 0, to = 1) =>
  of(started(from, { stage: 'exited', exit: exitOf(code, from, to) }), more);

export function recordWith(
  containers: Readonly<Record<string, ContainerRecord>>,
  more: Partial<PodRecord> = {},
): PodRecord {
  const base = freshRecord(T0);
  return {
    ...base,
    ip: '127.1.0.2',
    setup: { stage: 'done', failures: 0 },
    ...more,
    containers: new Map(Object.entries(containers)),
  };
}

export const look = (pod: Pod, record: PodRecord, at = 1): PodPlan =>
  planPod(pod, record, seconds(at), DEFAULT_SETTINGS);
export const brief = ({ actions }: PodPlan): string[] =>
  actions.map((action) => {
    if (action.type === 'stop') return `stop ${action.container} ${action.graceSeconds}`;
    if (action.type === 'probe') return `probe ${action.container} ${action.kind}`;
    return action.type === 'start' ? `start ${action.container}` : action.type;
  });
export const inits = (...initContainers: Container[]): Partial<PodSpec> => ({ initContainers });
export const sidecar = (name: string, more: Partial<Container> = {}) =>
  container(name, { restartPolicy: 'Always', ...more });
export const deleted = (grace = 30): Partial<Pod> => ({
  metadata: { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: grace },
});
