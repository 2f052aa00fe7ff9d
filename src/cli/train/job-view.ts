import type { FailureRecord } from '../../api/attempts.ts';
import { type Condition, conditionOf, type KubeObject } from '../../api/kube.ts';
import type { TrainerStatus } from '../../api/trainer-status.ts';
import { percentOf, type ReportedProgress } from '../../training/progress/reported.ts';
import { progressOfStatus } from '../../training/progress/status.ts';
import { POD_TROUBLE } from '../../training/tell-trouble.ts';
import type { ReplicaCount, TrainKind } from './train-kind.ts';

/** What people want to know of a job; also what `--json` prints. */
export interface JobView {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** `Pending` before the controller looked; else the condition that holds, such as `Running`. */
  readonly state: string;
  readonly reason?: string;
  readonly message?: string;
  /** What keeps its pods from their work. */
  readonly trouble?: string;
  readonly replicas: readonly ReplicaCount[];
  readonly restarts: number;
  /** Why pods were lost, the latest last. */
  readonly failures: readonly FailureRecord[];
  /** As the training program reported it last. */
  readonly progress?: ReportedProgress;
  readonly createdAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
}

export type Outcome = 'succeeded' | 'failed';

interface Status {
  readonly conditions?: readonly Condition[] | null;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly trainerStatus?: TrainerStatus;
  readonly lastFailures?: readonly FailureRecord[];
}

/** Pure. */
export function jobView(trainKind: TrainKind, job: KubeObject): JobView {
  const { startTime, completionTime, trainerStatus, lastFailures = [] } = (job.status ?? {}) as Status;
  const state = stateOf(job);
  const trouble = conditionOf(job, POD_TROUBLE)?.message;
  const endedAt = completionTime ?? (outcomeOf(trainKind, job) && state?.lastTransitionTime);
  return {
    kind: trainKind.kind.kind,
    namespace: job.metadata.namespace ?? '',
    name: job.metadata.name ?? '',
    state: state?.type ?? (trainKind.isRunning?.(job) ? 'Running' : 'Pending'),
    ...(state?.reason && { reason: state.reason }),
    ...(state?.message && { message: state.message }),
    ...(trouble && { trouble }),
    replicas: trainKind.replicas(job),
    restarts: trainKind.restarts(job),
    failures: lastFailures,
    ...(trainerStatus && { progress: withPercent(progressOfStatus(trainerStatus)) }),
    ...(job.metadata.creationTimestamp && { createdAt: job.metadata.creationTimestamp }),
    ...(startTime && { startedAt: startTime }),
    ...(endedAt && { endedAt }),
  };
}

function withPercent(progress: ReportedProgress): ReportedProgress {
  const percent = percentOf(progress);
  return percent === undefined ? progress : { ...progress, percent };
}

/** The last of the conditions that hold names the state. */
function stateOf(job: KubeObject): Condition | undefined {
  const { conditions } = (job.status ?? {}) as Status;
  return conditions?.findLast(({ type, status }) => status === 'True' && type !== POD_TROUBLE);
}

/** How a job ended, if it has. Pure. */
export function outcomeOf({ succeeded }: TrainKind, job: KubeObject): Outcome | undefined {
  if (conditionOf(job, 'Failed')?.status === 'True') return 'failed';
  return conditionOf(job, succeeded)?.status === 'True' ? 'succeeded' : undefined;
}

/** How people name it: `pytorchjob/digits`. */
export const titleOf = ({ kind, metadata }: KubeObject): string => `${kind.toLowerCase()}/${metadata.name}`;
