import type { KubeObject } from '../../api/kube.ts';
import { deepEqual } from '../../runtime/json.ts';
import type { FieldError, Strategy } from '../strategy.ts';
import { invalid, notSupported, required } from '../structural/field-errors.ts';
import { pathSegmentProblems, subdomainProblems } from '../structural/names.ts';

const GROUP = 'rbac.authorization.k8s.io';

interface Rule {
  readonly verbs?: readonly string[] | null;
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly apiGroup?: string;
  readonly namespace?: string;
}

interface RoleRef {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
}

type RoleObject = KubeObject & { readonly rules?: readonly Rule[] | null };
type BindingObject = KubeObject & { readonly roleRef: RoleRef; readonly subjects?: readonly Subject[] };

export const roleStrategy = (namespaced: boolean): Strategy => ({
  validateName: pathSegmentProblems,
  validate: (next, _previous, earlier) => [
    ...earlier,
    ...((next as RoleObject).rules ?? []).flatMap((rule, index) => ruleErrors(rule, namespaced, `rules[${index}]`)),
  ],
});

function ruleErrors(rule: Rule, namespaced: boolean, at: string): readonly FieldError[] {
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const errors =
    (rule.verbs ?? []).length > 0 ? [] : [required(`${at}.verbs`, 'verbs must contain at least one value')];
  if (nonResourceURLs.length > 0) {
    const refuse = (why: string) => errors.push(invalid(`${at}.nonResourceURLs`, nonResourceURLs, why));
    if (namespaced) refuse('namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      refuse('rules cannot apply to both regular resources and non-resource URLs');
    }
    return errors;
  }
  if (apiGroups.length === 0) {
    errors.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(required(`${at}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}

export const roleBindingStrategy = (namespaced: boolean): Strategy => ({
  validateName: pathSegmentProblems,
  decode: (object) => ({ object: defaulted(object as BindingObject), unknown: [] }),
  validate: (next, previous, earlier) => {
    const { roleRef, subjects = [] } = next as BindingObject;
    const before = previous as BindingObject | undefined;
    return [
      ...earlier,
      ...referenceErrors(roleRef, namespaced),
      ...subjects.flatMap((subject, index) => subjectErrors(subject, namespaced, `subjects[${index}]`)),
      ...(before && !deepEqual(before.roleRef, roleRef) ? [invalid('roleRef', roleRef, 'cannot change roleRef')] : []),
    ];
  },
});

function defaulted(binding: BindingObject): KubeObject {
  const { roleRef, subjects } = binding;
  const named = subjects?.map((subject) =>
    subject.apiGroup || subject.kind === 'ServiceAccount' || !['User', 'Group'].includes(subject.kind)
      ? subject
      : { ...subject, apiGroup: GROUP },
  );
  return {
    ...binding,
    roleRef: { ...roleRef, apiGroup: roleRef?.apiGroup || GROUP },
    ...(named && { subjects: named }),
  } as KubeObject;
}

function referenceErrors({ apiGroup, kind, name }: RoleRef, namespaced: boolean): readonly FieldError[] {
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  return [
    ...(apiGroup === GROUP ? [] : [notSupported('roleRef.apiGroup', apiGroup, [GROUP])]),
    ...(kinds.includes(kind) ? [] : [notSupported('roleRef.kind', kind, kinds)]),
    ...(name === ''
      ? [required('roleRef.name')]
      : pathSegmentProblems(name).map((problem) => invalid('roleRef.name', name, problem))),
  ];
}

function subjectErrors(subject: Subject, namespaced: boolean, at: string): readonly FieldError[] {
  const { kind, name, apiGroup = '', namespace = '' } = subject;
  const errors = name === '' ? [required(`${at}.name`)] : [];
  if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== GROUP) errors.push(notSupported(`${at}.apiGroup`, apiGroup, [GROUP]));
    return errors;
  }
  if (kind !== 'ServiceAccount') {
    return [...errors, notSupported(`${at}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
  if (name !== '') errors.push(...subdomainProblems(name).map((problem) => invalid(`${at}.name`, name, problem)));
  if (apiGroup !== '') errors.push(notSupported(`${at}.apiGroup`, apiGroup, ['']));
  if (!namespaced && namespace === '') errors.push(required(`${at}.namespace`));
  return errors;
}
