import {
  BATCH_CONTROLLER_UID_LABEL,
  BATCH_CONTROLLER_UID_LABELS,
  BATCH_JOB_NAME_LABELS,
  type Job,
  type LabelSelector,
  type PodTemplate,
} from '../../../api/batch.ts';
import type { ObjectMeta } from '../../../api/kube.ts';
import type { FieldError } from '../../strategy.ts';
import { forbidden, invalid, required } from '../../structural/field-errors.ts';
import { labelValueProblems, qualifiedNameProblems } from '../../structural/names.ts';
import { selects } from './label-match.ts';

type Labels = Readonly<Record<string, string>>;

/** The labels by which a Job knows its pods, on its template and in its selector, unless it brings its own. */
export function withSelector(job: Job): Job {
  if (job.spec.manualSelector) return job;
  const { selector, template } = job.spec;
  const { uid = '' } = job.metadata;
  const labels = { ...generatedLabels(job.metadata), ...template.metadata?.labels };
  const matchLabels = { [BATCH_CONTROLLER_UID_LABEL]: uid, ...selector?.matchLabels };
  return {
    ...job,
    spec: {
      ...job.spec,
      selector: { ...selector, matchLabels },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

function generatedLabels({ name = '', uid = '' }: ObjectMeta): Labels {
  const entries = [
    ...BATCH_JOB_NAME_LABELS.map((label) => [label, name]),
    ...BATCH_CONTROLLER_UID_LABELS.map((label) => [label, uid]),
  ];
  return Object.fromEntries(entries);
}

/** What is wrong with a selector that was to be generated: a label of the template that says otherwise. */
export function generatedSelectorErrors({ metadata, spec }: Job): readonly FieldError[] {
  if (spec.manualSelector || !spec.selector) return [];
  const expected = generatedLabels(metadata);
  const labels = spec.template.metadata?.labels ?? {};
  const errors = Object.entries(expected).flatMap(([key, value]) => {
    const field = `spec.template.metadata.labels[${key}]`;
    if (labels[key] === undefined) return [required(field, `must be '${value}'`)];
    return labels[key] === value ? [] : [invalid(field, labels, `must be '${value}'`)];
  });
  if (selects(spec.selector, expected) !== false) return errors;
  return [...errors, invalid('spec.selector', spec.selector, '`selector` not auto-generated')];
}

/** What is wrong with the selector as such, and whether it finds the pods of the template. */
export function selectorErrors(
  selector: LabelSelector | undefined,
  template: PodTemplate,
  path = 'spec',
): readonly FieldError[] {
  const labels = template.metadata?.labels ?? {};
  const errors = selector ? formErrors(selector, `${path}.selector`) : [required(`${path}.selector`)];
  if (selects(selector, labels) !== false) return errors;
  const shown = Object.keys(labels).length > 0 ? labels : null;
  return [...errors, invalid(`${path}.template.metadata.labels`, shown, '`selector` does not match template `labels`')];
}

function formErrors({ matchLabels = {}, matchExpressions = [] }: LabelSelector, path: string): readonly FieldError[] {
  return [
    ...labelErrors(matchLabels, `${path}.matchLabels`),
    ...matchExpressions.flatMap(({ key, operator, values = [] }, index) => {
      const at = `${path}.matchExpressions[${index}]`;
      return [
        ...operatorErrors(operator, values, at),
        ...qualifiedNameProblems(key).map((problem) => invalid(`${at}.key`, key, problem)),
        ...values.flatMap((value, i) =>
          labelValueProblems(value).map((problem) => invalid(`${at}.values[${i}]`, value, problem)),
        ),
      ];
    }),
  ];
}

function operatorErrors(operator: string, values: readonly string[], at: string): readonly FieldError[] {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length > 0) return [];
    return [required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  }
  if (operator !== 'Exists' && operator !== 'DoesNotExist') {
    return [invalid(`${at}.operator`, operator, 'not a valid selector operator')];
  }
  if (values.length === 0) return [];
  return [forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
}

/** What is wrong with a map of labels. */
export const labelErrors = (labels: Labels, path: string): readonly FieldError[] =>
  Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameProblems(key).map((problem) => invalid(path, key, problem)),
    ...labelValueProblems(value).map((problem) => invalid(path, value, problem)),
  ]);
