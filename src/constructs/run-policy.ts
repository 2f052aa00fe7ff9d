import type { Duration } from 'cdk8s';
import type { RestartScope, RunPolicy } from '../api/index.ts';

/** Which pods are deleted once the job has finished. */
export type CleanPodPolicy = 'All' | 'Running' | 'None';

/** How a job is started, bounded and cleaned away. */
export interface RunPolicyProps {
  /** The job fails when it is active for longer. Whole seconds. @default - it may run forever */
  readonly activeDeadline?: Duration;
  /** Deletes the job this long after it finished. Whole seconds. @default - it is kept */
  readonly ttlAfterFinished?: Duration;
  /** Restarts and replacements of pods before the job fails. @default - no limit */
  readonly backoffLimit?: number;
  /**
   * What is made anew when a pod is lost: `Pod`, that pod; `Job`, all of them together; `Container`, under the restart
   * policy ExitCode, the container within its pod (Kubernetes 1.35).
   * @default 'Pod'
   */
  readonly restartScope?: RestartScope;
  /**
   * The job hangs when, having reported progress, it reports none for so long: all pods are made anew with
   * `restartScope: 'Job'`, within `backoffLimit`, and else the job fails. Its containers are told where to report. Whole
   * seconds, well above the longest pause between two reports, such as that of a checkpoint or an evaluation.
   * @default - nobody minds
   */
  readonly progressDeadline?: Duration;
  /** @default 'None': finished jobs keep their pods, and so their logs */
  readonly cleanPodPolicy?: CleanPodPolicy;
  /** Creates the job without pods, until this is turned off. @default false */
  readonly suspend?: boolean;
  /** Pods that must be placeable together before any of them starts. @default - every pod, where gang scheduling is on */
  readonly minAvailable?: number;
  /** Queue of the gang scheduler. @default - the scheduler's own default */
  readonly schedulingQueue?: string;
  /** Priority class of the gang. @default - that of the pods */
  readonly priorityClass?: string;
  /** The scheduler-plugins give up on a gang that cannot start for longer. Whole seconds. @default - their own */
  readonly scheduleTimeout?: Duration;
}

/** The run policy as the API has it; empty when nothing is set. */
export function runPolicyOf(props: RunPolicyProps): RunPolicy {
  const schedulingPolicy = {
    ...(props.minAvailable !== undefined && { minAvailable: props.minAvailable }),
    ...(props.schedulingQueue && { queue: props.schedulingQueue }),
    ...(props.priorityClass && { priorityClass: props.priorityClass }),
    ...(props.scheduleTimeout && { scheduleTimeoutSeconds: props.scheduleTimeout.toSeconds() }),
  };
  return {
    ...(props.activeDeadline && { activeDeadlineSeconds: props.activeDeadline.toSeconds() }),
    ...(props.ttlAfterFinished && { ttlSecondsAfterFinished: props.ttlAfterFinished.toSeconds() }),
    ...(props.backoffLimit !== undefined && { backoffLimit: props.backoffLimit }),
    ...(props.restartScope && { restartScope: props.restartScope }),
    ...(props.progressDeadline && { progressDeadlineSeconds: props.progressDeadline.toSeconds() }),
    ...(props.cleanPodPolicy && { cleanPodPolicy: props.cleanPodPolicy }),
    ...(props.suspend !== undefined && { suspend: props.suspend }),
    ...(Object.keys(schedulingPolicy).length > 0 && { schedulingPolicy }),
  };
}
