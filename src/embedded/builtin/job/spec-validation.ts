import { isIndexed, type Job, type JobSpec } from '../../../api/batch.ts';
import type { FieldError } from '../../strategy.ts';
import { invalid, notSupported, required, tooLong } from '../../structural/field-errors.ts';
import { annotationErrors } from '../../structural/metadata.ts';
import { labelProblems, subdomainProblems } from '../../structural/names.ts';
import { podSpecErrors } from '../pod-validation.ts';
import { podFailurePolicyErrors, successPolicyErrors } from './policy-validation.ts';
import { generatedSelectorErrors, labelErrors, selectorErrors } from './selector.ts';

const MOST_INDEXES = 100_000;
/** Above {@link MOST_INDEXES} completions, with a limit for each index. */
const MOST_OF_MANY = 10_000;
const MOST_MANAGER_BYTES = 63;
const MODES = ['NonIndexed', 'Indexed'];
const REPLACEMENTS = ['Failed', 'TerminatingOrFailed'];
const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** What kube-apiserver refuses in a Job, whether it is new or changed. */
export function jobErrors(job: Job): readonly FieldError[] {
  return [
    ...generatedSelectorErrors(job),
    ...specErrors(job.spec),
    ...selectorErrors(job.spec.selector, job.spec.template),
    ...hostnameErrors(job),
  ];
}

function hostnameErrors({ metadata, spec }: Job): readonly FieldError[] {
  const { completions = 0 } = spec;
  if (!isIndexed(spec) || completions <= 0) return [];
  const { name = '' } = metadata;
  const hostname = `${name}-${completions - 1}`;
  if (labelProblems(hostname).length === 0) return [];
  return [invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${hostname}`)];
}

const AMOUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

export const negative = (field: string, value: number | undefined): readonly FieldError[] =>
  value !== undefined && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];

function specErrors(spec: JobSpec): readonly FieldError[] {
  const { template, podFailurePolicy, successPolicy, completionMode } = spec;
  const errors = AMOUNTS.flatMap((name) => negative(`spec.${name}`, spec[name]));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required('spec.backoffLimitPerIndex', 'when maxFailedIndexes is specified'));
  }
  errors.push(...managerErrors(spec.managedBy));
  if (!MODES.includes(completionMode)) errors.push(notSupported('spec.completionMode', completionMode, MODES));
  if (isIndexed(spec)) errors.push(...indexedErrors(spec));
  if (completionMode === 'NonIndexed') errors.push(...nonIndexedErrors(spec));
  if (podFailurePolicy) errors.push(...podFailurePolicyErrors(spec, podFailurePolicy));
  if (successPolicy && !isIndexed(spec)) {
    errors.push(invalid('spec.successPolicy', successPolicy, 'requires indexed completion mode'));
  } else if (successPolicy) errors.push(...successPolicyErrors(spec.completions ?? 0, successPolicy));
  errors.push(...replacementErrors(spec));
  const { labels = {}, annotations } = template.metadata ?? {};
  errors.push(...labelErrors(labels, 'spec.template.labels'));
  errors.push(...annotationErrors(annotations, 'spec.template.annotations'));
  errors.push(...podSpecErrors(template.spec, 'spec.template.spec'));
  errors.push(...restartErrors(spec));
  return errors;
}

function indexedErrors(spec: JobSpec): readonly FieldError[] {
  const { completions, parallelism, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const errors: FieldError[] = [];
  if (completions === undefined) errors.push(required('spec.completions', 'when completion mode is Indexed'));
  const most = `must be less than or equal to ${MOST_INDEXES}`;
  if (parallelism > MOST_INDEXES) {
    errors.push(invalid('spec.parallelism', parallelism, `${most} when completion mode is Indexed`));
  }
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions) {
    errors.push(invalid('spec.maxFailedIndexes', maxFailedIndexes, 'must be less than or equal to completions'));
  }
  if (maxFailedIndexes !== undefined && maxFailedIndexes > MOST_INDEXES) {
    errors.push(invalid('spec.maxFailedIndexes', maxFailedIndexes, most));
  }
  if (completions === undefined || completions <= MOST_INDEXES || backoffLimitPerIndex === undefined) return errors;
  const few = `must be less than or equal to ${MOST_OF_MANY} when completions are above ${MOST_INDEXES} and used with backoff limit per index`;
  if (maxFailedIndexes === undefined) {
    errors.push(required('spec.maxFailedIndexes', `must be specified when completions is above ${MOST_INDEXES}`));
  }
  if (parallelism > MOST_OF_MANY) errors.push(invalid('spec.parallelism', parallelism, few));
  if (maxFailedIndexes !== undefined && maxFailedIndexes > MOST_OF_MANY) {
    errors.push(invalid('spec.maxFailedIndexes', maxFailedIndexes, few));
  }
  return errors;
}

const nonIndexedErrors = (spec: JobSpec): readonly FieldError[] =>
  (['backoffLimitPerIndex', 'maxFailedIndexes'] as const).flatMap((name) =>
    spec[name] === undefined ? [] : [invalid(`spec.${name}`, spec[name], 'requires indexed completion mode')],
  );

function managerErrors(manager: string | undefined): readonly FieldError[] {
  if (manager === undefined) return [];
  const field = 'spec.managedBy';
  if (manager === '') return [required(field)];
  const slash = manager.indexOf('/');
  const [host, path] = slash < 0 ? ['', ''] : [manager.slice(0, slash), manager.slice(slash + 1)];
  const errors: FieldError[] = [];
  if (host === '' || path === '') {
    errors.push(invalid(field, manager, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  } else {
    errors.push(...subdomainProblems(host).map((problem) => invalid(field, host, problem)));
    if (!new RegExp(`^${HTTP_PATH}$`).test(path)) {
      errors.push(invalid(field, path, `Invalid path (regex used for validation is '${HTTP_PATH}')`));
    }
  }
  if (Buffer.byteLength(manager) > MOST_MANAGER_BYTES) errors.push(tooLong(field, MOST_MANAGER_BYTES));
  return errors;
}

function replacementErrors({ podReplacementPolicy, podFailurePolicy }: JobSpec): readonly FieldError[] {
  if (podReplacementPolicy === undefined) return [];
  const allowed = podFailurePolicy ? ['Failed'] : REPLACEMENTS;
  if (allowed.includes(podReplacementPolicy)) return [];
  return [notSupported('spec.podReplacementPolicy', podReplacementPolicy, allowed)];
}

function restartErrors({ template, podFailurePolicy }: JobSpec): readonly FieldError[] {
  const field = 'spec.template.spec.restartPolicy';
  const { restartPolicy = 'Always' } = template.spec as { readonly restartPolicy?: string };
  if (restartPolicy === 'Always') return [required(field, 'valid values: "OnFailure", "Never"')];
  if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never') {
    return [notSupported(field, restartPolicy, ['OnFailure', 'Never'])];
  }
  if (!podFailurePolicy || restartPolicy === 'Never') return [];
  return [invalid(field, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified')];
}
