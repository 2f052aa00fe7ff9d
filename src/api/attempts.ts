import * as z from 'zod';
import { int32, oneOf, text, time } from './schema.ts';

/** What a job says of its attempts and of what ended them: fields of ours beside upstream's. */

/** What is made anew when a pod of a job is lost. */
export const RESTART_SCOPES = ['Pod', 'Job', 'Container'] as const;
export type RestartScope = (typeof RESTART_SCOPES)[number];

/**
 * `Pod`, as upstream: the lost pod alone. `Job`: every pod of the job, together. `Container`: under the restart policy
 * ExitCode a container that ends with a code of 128 or more is started again within its pod, where the cluster can do so
 * (Kubernetes 1.35); elsewhere as `Pod`.
 */
export const restartScope = () => oneOf(text(16), 'spec.runPolicy.restartScope', RESTART_SCOPES).optional();

export const attemptStatus = () =>
  z.object({
    /** Absent means 1, the first. Raised before anything is deleted for it. */
    number: int32(1),
    /** Earlier attempts that count towards the backoff limit: those that no disruption ended. */
    failures: int32(0).optional(),
    /** Pods of this attempt are not made before. */
    notBefore: time().optional(),
    /** Attempts in a row that were given up because not all of their pods found a node. */
    incomplete: int32(0).optional(),
  });

/** One pod that was lost, and what it said last. */
export const failureRecord = z.object({
  time: time(),
  attempt: int32(),
  pod: z.string(),
  uid: z.string().optional(),
  /** The pod's place among all of the job's, in the order of its replica types, from 0. */
  rank: int32(),
  node: z.string().optional(),
  /** PascalCase: OOMKilled, Error, Evicted, NodeLost, PreemptionByScheduler ... */
  reason: z.string(),
  /** The whole of it as a sentence. */
  message: z.string(),
  container: z.string().optional(),
  exitCode: int32().optional(),
  /** Such as SIGKILL. */
  signal: z.string().optional(),
  /** Whether it counts towards the backoff limit. */
  counted: z.boolean(),
  /** Further pods that were found lost at the same moment. */
  others: int32().optional(),
  /** The end of the container's log, or what it wrote to its termination message. */
  log: z.string().optional(),
});

export type FailureRecord = z.input<typeof failureRecord>;
