import type { ExitCodeRequirement, JobSpec, PodFailureRule } from '../../../api/batch.ts';
import type { ContainerStatus, JobPod } from './pods.ts';

/** What a Job's policy says of a failed pod. */
export interface FailureMatch {
  /** `FailJob`, `FailIndex`, `Ignore` or `Count`; absent when no rule fits. */
  readonly action?: string;
  /** Whether it counts towards the limits. */
  readonly counts: boolean;
  /** Why the whole Job fails. */
  readonly fatal?: string;
}

const COUNTED: FailureMatch = { counts: true };

/** The first rule that fits decides. */
export function matchFailure(policy: JobSpec['podFailurePolicy'], pod: JobPod): FailureMatch {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const found = fits(rule, pod);
    if (!found) continue;
    const { action } = rule;
    if (action === 'Ignore') return { action, counts: false };
    const fatal = `${found} matching FailJob rule at index ${index}`;
    return { action, counts: true, ...(action === 'FailJob' && { fatal }) };
  }
  return COUNTED;
}

/** What fits, in words; undefined when the rule does not. */
function fits({ onExitCodes, onPodConditions = [] }: PodFailureRule, pod: JobPod): string | undefined {
  const { namespace, name } = pod.metadata;
  if (onExitCodes) {
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
    const container = [...containerStatuses, ...initContainerStatuses].find((status) => exits(status, onExitCodes));
    const code = container?.state?.terminated?.exitCode;
    return container && `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${code}`;
  }
  const condition = (pod.status?.conditions ?? []).find((held) =>
    onPodConditions.some(({ type, status }) => held.type === type && held.status === status),
  );
  return condition && `Pod ${namespace}/${name} has condition ${condition.type}`;
}

function exits({ name, state }: ContainerStatus, { containerName, operator, values }: ExitCodeRequirement): boolean {
  const code = state?.terminated?.exitCode ?? 0;
  if (code === 0 || (containerName !== undefined && containerName !== name)) return false;
  return (values ?? []).includes(code) === (operator === 'In');
}
