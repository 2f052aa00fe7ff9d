import { RE2JS } from 're2js';
import type { BatchJob } from '../../api/job-template.ts';
import type { FailurePolicyAction, JobSetFailurePolicyRule } from '../../api/jobset.ts';
import { failureOf, firstFailed, roleOf } from './roster.ts';
import type { JobGroup } from './set.ts';

/** What is to be done about a failed Job, and why. */
export interface Ruling {
  readonly action: FailurePolicyAction;
  readonly job: BatchJob;
  /** The rule's name; absent where none matched and the default holds. */
  readonly rule?: string;
}

const DEFAULT_ACTION: FailurePolicyAction = 'RestartJobSet';

/** The first rule, in the order they are written, that one of the failed Jobs matches. */
export function rule({ failure }: JobGroup, failed: readonly BatchJob[]): Ruling | undefined {
  for (const [index, candidate] of (failure?.rules ?? []).entries()) {
    const job = firstFailed(failed.filter((one) => matches(candidate, one)));
    if (job) return { action: candidate.action, job, rule: candidate.name || `failurePolicyRule${index}` };
  }
  const job = firstFailed(failed);
  return job && { action: DEFAULT_ACTION, job };
}

function matches(candidate: JobSetFailurePolicyRule, job: BatchJob): boolean {
  const { onJobFailureReasons: reasons = [], onJobFailureMessagePatterns: patterns = [] } = candidate;
  const { targetReplicatedJobs: targets = [] } = candidate;
  const { reason = '', message = '' } = failureOf(job) ?? {};
  return (
    (reasons.length === 0 || reasons.some((one) => one === reason)) &&
    (patterns.length === 0 || patterns.some((pattern) => found(pattern, message))) &&
    (targets.length === 0 || targets.includes(roleOf(job)))
  );
}

/** A pattern that is none matches nothing. */
function found(pattern: string, message: string): boolean {
  try {
    return RE2JS.compile(pattern).matcher(message).find();
  } catch {
    return false;
  }
}
