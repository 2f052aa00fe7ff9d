import {
  type AccessRule,
  gangSchedulerRules,
  leaseRules as generatedLeaseRules,
} from '../../imports/controller-rules.ts';
import { installedApi } from '../../src/constructs/installed-api.ts';

export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** The rules that the platform's construct grants to the controller, cluster-wide. */
export function controllerRules(): RbacRule[] {
  const { controllerRules: rules, jobSetRules } = installedApi();
  return [...rules, ...jobSetRules].map(rbacRule);
}

/** What it is granted besides where a gang scheduler is used. */
export function gangRules(scheduler: keyof typeof gangSchedulerRules): RbacRule[] {
  return gangSchedulerRules[scheduler].map(rbacRule);
}

/** What it is granted in its own namespace. */
export const leaseRules = (): RbacRule[] => generatedLeaseRules.map(rbacRule);

const rbacRule = (rule: AccessRule): RbacRule => ({
  apiGroups: [rule.group],
  resources: rule.resources,
  verbs: rule.verbs,
  ...(rule.resourceNames && { resourceNames: rule.resourceNames }),
});

/** Every single grant as `verb group/resource`, as the audit log would tally its use. */
export function grants(): string[] {
  return controllerRules().flatMap((rule) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) => rule.verbs.map((verb) => `${verb} ${group ? `${group}/` : ''}${resource}`)),
    ),
  );
}
