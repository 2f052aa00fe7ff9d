import { timestamp } from '../../../api/timestamp.ts';
import type { Instant } from '../../../runtime/environment.ts';
import {
  type Container,
  type ContainerStatus,
  isSidecar,
  isTerminal,
  type Pod,
  type PodCondition,
  type PodPhase,
} from '../pod-types.ts';

interface Verdict {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

/** The node's own conditions, each keeping the time of its last change; those of others are left as they are. */
export function conditionsOf(
  pod: Pod,
  phase: PodPhase,
  sandboxed: boolean,
  inits: readonly ContainerStatus[],
  regulars: readonly ContainerStatus[],
  now: Instant,
): readonly PodCondition[] {
  const { spec } = pod;
  const containersReady = readyVerdict('ContainersReady', spec.initContainers ?? [], phase, inits, regulars);
  const verdicts: readonly Verdict[] = [
    { type: 'PodReadyToStartContainers', status: sandboxed && !isTerminal(phase) ? 'True' : 'False' },
    initializedVerdict(spec.initContainers ?? [], phase, inits, regulars),
    gated({ ...containersReady, type: 'Ready' }, pod),
    containersReady,
  ];
  const known = pod.status?.conditions ?? [];
  const own = verdicts.map((verdict) => stamped(verdict, known, pod.metadata.generation, now));
  const types = new Set(verdicts.map(({ type }) => type));
  return [...own, ...known.filter(({ type }) => !types.has(type))];
}

function stamped(
  verdict: Verdict,
  known: readonly PodCondition[],
  observedGeneration: number | undefined,
  now: Instant,
): PodCondition {
  const before = known.find(({ type }) => type === verdict.type);
  const lastTransitionTime =
    before?.status === verdict.status && before.lastTransitionTime ? before.lastTransitionTime : timestamp(now);
  return { ...verdict, ...(observedGeneration !== undefined && { observedGeneration }), lastTransitionTime };
}

function initializedVerdict(
  containers: readonly Container[],
  phase: PodPhase,
  inits: readonly ContainerStatus[],
  regulars: readonly ContainerStatus[],
): Verdict {
  const type = 'Initialized';
  const begun = regulars.some(({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated);
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const missing = inits.filter((status, index) => {
    const container = containers[index];
    const done = container && isSidecar(container) ? status.started : status.state?.terminated?.exitCode === 0;
    return !done;
  });
  if (begun || missing.length === 0) return { type, status: 'True' };
  const message = `containers with incomplete status: [${missing.map(({ name }) => name).join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotInitialized', message };
}

function readyVerdict(
  type: string,
  containers: readonly Container[],
  phase: PodPhase,
  inits: readonly ContainerStatus[],
  regulars: readonly ContainerStatus[],
): Verdict {
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const sidecars = inits.filter((_, index) => containers[index] && isSidecar(containers[index]));
  const unready = [...sidecars, ...regulars].filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length === 0) return { type, status: 'True' };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotReady', message };
}

function gated(verdict: Verdict, { spec, status }: Pod): Verdict {
  if (verdict.status !== 'True') return verdict;
  const closed = (spec.readinessGates ?? []).filter(
    ({ conditionType }) => status?.conditions?.find(({ type }) => type === conditionType)?.status !== 'True',
  );
  if (closed.length === 0) return verdict;
  const message = closed.map(({ conditionType }) => `the gate ${conditionType} is not True`).join(', ');
  return { type: verdict.type, status: 'False', reason: 'ReadinessGatesNotReady', message };
}
