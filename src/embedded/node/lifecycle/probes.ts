import type { Instant } from '../../../runtime/environment.ts';
import type { Container, Probe } from '../pod-types.ts';
import type { ProbeKind, ProbeState, Run } from './record.ts';
import type { NodeSettings } from './settings.ts';

export const PROBE_KINDS: readonly ProbeKind[] = ['startup', 'readiness', 'liveness'];

const FRESH: ProbeState = { inFlight: false, successes: 0, failures: 0 };

export function probeOf(container: Container, kind: ProbeKind): Probe | undefined {
  if (kind === 'startup') return container.startupProbe;
  return kind === 'readiness' ? container.readinessProbe : container.livenessProbe;
}

export const probeState = (run: Run, kind: ProbeKind): ProbeState => run.probes[kind] ?? FRESH;

/** Through its postStart hook and its startup probe. */
export function isStarted(container: Container, run: Run | undefined): boolean {
  if (run?.stage !== 'running' && run?.stage !== 'stopping') return false;
  return !container.startupProbe || probeState(run, 'startup').verdict === 'passed';
}

export function isReady(container: Container, run: Run | undefined): boolean {
  if (!run || !isStarted(container, run)) return false;
  return !container.readinessProbe || probeState(run, 'readiness').verdict === 'passed';
}

/** When the probe is to run next; undefined while it is not to run. */
export function probeDueAt(
  container: Container,
  run: Run,
  kind: ProbeKind,
  settings: NodeSettings,
): Instant | undefined {
  const probe = probeOf(container, kind);
  const state = probeState(run, kind);
  if (!probe || run.stage !== 'running' || state.inFlight) return undefined;
  if (kind === 'startup' ? state.verdict === 'passed' : !isStarted(container, run)) return undefined;
  if (state.lastAt === undefined) return run.startedAt + (probe.initialDelaySeconds ?? 0) * settings.probeSecondMs;
  return state.lastAt + (probe.periodSeconds ?? 10) * settings.probeSecondMs;
}

/** Notes that a probe began. */
export const probeBegan = (state: ProbeState, now: Instant): ProbeState => ({ ...state, inFlight: true, lastAt: now });

/** Counts a result in; the verdict changes only after as many in a row as the probe's threshold asks. */
export function probeEnded(probe: Probe, state: ProbeState, passed: boolean): ProbeState {
  const successes = passed ? state.successes + 1 : 0;
  const failures = passed ? 0 : state.failures + 1;
  const settled = passed ? successes >= (probe.successThreshold ?? 1) : failures >= (probe.failureThreshold ?? 3);
  const verdict = settled ? (passed ? 'passed' : 'failed') : state.verdict;
  const { lastAt } = state;
  return {
    inFlight: false,
    successes,
    failures,
    ...(lastAt !== undefined && { lastAt }),
    ...(verdict !== undefined && { verdict }),
  };
}
