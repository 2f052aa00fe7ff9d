import { JOB_REASONS } from '../../api/batch.ts';
import type { BatchJob } from '../../api/job-template.ts';
import { controllerOf } from '../../api/kube.ts';
import { phaseOf } from '../../api/pod-phase.ts';
import { timestamp } from '../../api/timestamp.ts';
import type { Removal } from '../../runtime/domain.ts';
import type { Instant } from '../../runtime/environment.ts';
import { forced, lostAt } from '../node-loss.ts';
import { isTerminating, type Pod } from '../pod-state.ts';
import { type Draft, withEvent } from './draft.ts';
import { type Roster, roleOf } from './roster.ts';
import type { Scene } from './scene.ts';
import type { Role } from './set.ts';
import { isSuspended } from './status.ts';

/**
 * Pods on a node that the control plane has given up. Kubernetes itself evicts them after five minutes; and a Job that
 * replaces failed pods only, as every Job with a `podFailurePolicy` does, then waits for the dead node to say that they
 * failed: for ever.
 */
export interface LostJob {
  readonly job: BatchJob;
  readonly pods: readonly Pod[];
  /**
   * What is done: `replaced`, the Job makes others for pods that are deleted; `anew`, it would not, so it is made anew;
   * `failed`, by its own policy it has failed with them.
   */
  readonly fate: 'replaced' | 'anew' | 'failed';
}

export function lostJobs(scene: Scene): readonly LostJob[] {
  return runningJobs(scene).flatMap(({ job, role, pods }) => {
    const lost = pods.filter((pod) => (untilOf(scene, role, pod) ?? Number.POSITIVE_INFINITY) <= scene.now);
    return lost.length === 0 ? [] : [{ job, pods: lost, fate: fateOf(role) }];
  });
}

/** When to look again at pods that tolerate the loss of their node for a while. */
export const lossWakes = (scene: Scene): readonly Instant[] =>
  runningJobs(scene).flatMap(({ role, pods }) =>
    pods.map((pod) => untilOf(scene, role, pod) ?? 0).filter((until) => until > scene.now && Number.isFinite(until)),
  );

function runningJobs({ set, roster, pods }: Scene) {
  if (set.suspended) return [];
  return roster.active.flatMap((job) => {
    const role = set.roles.find(({ name }) => name === roleOf(job));
    if (!role || isTerminating(job) || isSuspended(job)) return [];
    const own = pods.filter((pod) => controllerOf(pod)?.uid === job.metadata.uid && isUnfinished(pod));
    return [{ job, role, pods: own }];
  });
}

const isUnfinished = (pod: Pod): boolean => ['Running', 'Pending'].includes(phaseOf(pod));

const untilOf = (scene: Scene, { spec }: Role, pod: Pod): Instant | undefined =>
  lostAt(scene, pod, spec.template.spec?.tolerations);

function fateOf({ spec: { podFailurePolicy, podReplacementPolicy } }: Role): LostJob['fate'] {
  if (!podFailurePolicy && podReplacementPolicy !== 'Failed') return 'replaced';
  const first = podFailurePolicy?.rules?.find(({ onPodConditions = [] }) =>
    onPodConditions.some(({ type, status = 'True' }) => type === 'DisruptionTarget' && status === 'True'),
  );
  return first?.action === 'FailJob' ? 'failed' : 'anew';
}

/** The roster in which Jobs that their policy fails with a lost pod have failed, as the Job controller would say it. */
export function withFailedByLoss(roster: Roster, lost: readonly LostJob[], now: Instant): Roster {
  const failing = lost.filter(({ fate }) => fate === 'failed');
  if (failing.length === 0) return roster;
  const failed = failing.map(({ job, pods: [pod] }): BatchJob => {
    const { name, namespace } = pod?.metadata ?? {};
    const condition = {
      type: 'Failed' as const,
      status: 'True' as const,
      reason: JOB_REASONS.podFailurePolicy,
      message: `Pod ${namespace}/${name} is lost with its node ${pod?.spec?.nodeName}, which is a DisruptionTarget`,
      lastTransitionTime: timestamp(now),
    };
    return { ...job, status: { ...job.status, conditions: [...(job.status?.conditions ?? []), condition] } };
  });
  const gone = new Set(failing.map(({ job }) => job));
  return { ...roster, active: roster.active.filter((job) => !gone.has(job)), failed: [...roster.failed, ...failed] };
}

/** What goes so that others can take its place. */
export const replacements = (lost: readonly LostJob[]): readonly Removal[] =>
  lost.flatMap(({ job, pods, fate }): Removal[] => [
    ...(fate === 'anew' ? [{ object: job, foreground: true }] : []),
    ...pods.filter((pod) => !isTerminating(pod)).map(forced),
  ]);

/** Says which pods were given up, and why; each once. */
export function tellLoss(draft: Draft, lost: readonly LostJob[]): Draft {
  const pods = lost.flatMap((each) => each.pods).filter((pod) => !isTerminating(pod));
  const nodes = [...new Set(pods.map((pod) => pod.spec?.nodeName ?? ''))];
  return nodes.reduce((told, node) => {
    const names = pods.filter((pod) => pod.spec?.nodeName === node).map(({ metadata }) => metadata.name);
    return withEvent(told, 'Warning', 'NodeLost', `node ${node} does not answer; replacing ${names.join(', ')}`);
  }, draft);
}
