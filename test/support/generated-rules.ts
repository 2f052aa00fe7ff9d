import { installedApi } from '../../src/constructs/installed-api.ts';

export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** The rules that the platform's construct grants to the controller, cluster-wide. */
export function controllerRules(): RbacRule[] {
  return installedApi().controllerRules.map((rule) => ({
    apiGroups: [rule.group],
    resources: rule.resources,
    verbs: rule.verbs,
  }));
}

/** Every single grant as `verb group/resource`, as the audit log would tally its use. */
export function grants(): string[] {
  return controllerRules().flatMap((rule) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) => rule.verbs.map((verb) => `${verb} ${group ? `${group}/` : ''}${resource}`)),
    ),
  );
}
