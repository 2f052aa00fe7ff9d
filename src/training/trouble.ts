import { phaseOf } from '../api/pod-phase.ts';
import type { Instant } from '../runtime/environment.ts';
import type { ContainerStatus, Pod } from './pod-state.ts';
import { isTerminating } from './pod-state.ts';

/** What keeps a pod from its work, in a word for machines and a sentence for people. */
export interface Trouble {
  /** PascalCase: the kubelet's or the scheduler's own word. */
  readonly reason: string;
  readonly message: string;
}

/** One look at a pod. */
export interface Diagnosis {
  readonly trouble?: Trouble;
  /** When time alone will change the diagnosis. */
  readonly wake?: Instant;
}

/** A pod that finds no node within this time, in milliseconds, is in trouble; sooner, the scheduler is just busy. */
export const UNSCHEDULABLE_MS = 10_000;
/** A container that was started again has recovered once it has run this long, in milliseconds. */
export const STEADY_MS = 120_000;

const OUT_OF_MEMORY = 'OOMKilled';
const CRASH_LOOP = 'CrashLoopBackOff';

/** Waiting reasons that do not pass by themselves, and what they come to; those that take turns are told as one. */
const STUCK: Readonly<Record<string, readonly [reason: string, what: string]>> = {
  ErrImagePull: ['ImagePullBackOff', 'cannot pull its image'],
  ImagePullBackOff: ['ImagePullBackOff', 'cannot pull its image'],
  ErrImageNeverPull: ['ErrImageNeverPull', 'may not pull its image, and the node does not have it'],
  InvalidImageName: ['InvalidImageName', 'has an image name that means nothing'],
  CreateContainerConfigError: ['CreateContainerConfigError', 'refers to something that is not there'],
  CreateContainerError: ['CreateContainerError', 'cannot be created'],
  RunContainerError: ['RunContainerError', 'cannot be started'],
};

/**
 * What is wrong with a pod, if anything is. Pure.
 * @param said - reasons that were told already: a crash loop counts as over only when the container runs steadily again
 */
export function diagnose(pod: Pod, now: Instant, said: ReadonlySet<string>): Diagnosis {
  if (isTerminating(pod) || phaseOf(pod) === 'Succeeded') return {};
  if (phaseOf(pod) === 'Pending') {
    const unscheduled = diagnoseScheduling(pod, now);
    if (unscheduled) return unscheduled;
  }
  const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const diagnoses = containers.map((container) => diagnoseContainer(container, phaseOf(pod), now, said));
  return diagnoses.find(({ trouble }) => trouble) ?? {};
}

function diagnoseScheduling(pod: Pod, now: Instant): Diagnosis | undefined {
  const verdict = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (verdict?.status !== 'False' || verdict.reason !== 'Unschedulable') return undefined;
  const due = Date.parse(verdict.lastTransitionTime ?? '') + UNSCHEDULABLE_MS;
  if (now < due) return { wake: due };
  return { trouble: { reason: 'Unschedulable', message: `finds no node: ${verdict.message ?? 'no reason is given'}` } };
}

function diagnoseContainer(
  container: ContainerStatus,
  phase: string,
  now: Instant,
  said: ReadonlySet<string>,
): Diagnosis {
  const { name, state, lastState, restartCount = 0 } = container;
  const { waiting } = state ?? {};
  const stuck = waiting && STUCK[waiting.reason ?? ''];
  if (stuck) {
    const [reason, what] = stuck;
    return {
      trouble: { reason, message: `container ${name} ${what}${waiting.message ? `: ${waiting.message}` : ''}` },
    };
  }
  const ended = state?.terminated ?? lastState?.terminated;
  const outOfMemory = ended?.reason === OUT_OF_MEMORY;
  if (phase === 'Failed' && !outOfMemory) return {};
  const looping = waiting?.reason === CRASH_LOOP;
  const stillLooping = said.has(CRASH_LOOP) && restartCount > 0 && ended !== undefined && ended.exitCode !== 0;
  if (!looping && !outOfMemory && !stillLooping) return {};
  const steadyAt = state?.running ? Date.parse(state.running.startedAt ?? '') + STEADY_MS : Number.POSITIVE_INFINITY;
  if (!(now < steadyAt)) return {};
  const trouble: Trouble = outOfMemory
    ? { reason: OUT_OF_MEMORY, message: `container ${name} was killed because it used more memory than its limit` }
    : { reason: CRASH_LOOP, message: `container ${name} ends again and again${codeOf(ended)}; the pauses grow` };
  return Number.isFinite(steadyAt) ? { trouble, wake: steadyAt } : { trouble };
}

const codeOf = (ended: { readonly exitCode?: number } | undefined): string =>
  ended?.exitCode === undefined ? '' : ` (exit code ${ended.exitCode})`;
