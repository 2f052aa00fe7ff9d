import { isIndexed, isJobCondition, type Job, type PodTemplate } from '../../../api/batch.ts';
import type { JsonObject } from '../../../api/json.ts';
import { deepEqual } from '../../../runtime/json.ts';
import type { FieldError } from '../../strategy.ts';
import { invalid } from '../../structural/field-errors.ts';

const FIXED = 'field is immutable';
const IMMUTABLE = [
  'selector',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
] as const;

/** What an update of a Job may not change. */
export function jobUpdateErrors(next: Job, previous: Job): readonly FieldError[] {
  const fixed = IMMUTABLE.filter((name) => !deepEqual(next.spec[name], previous.spec[name]));
  return [
    ...completionErrors(next, previous),
    ...templateErrors(next, previous),
    ...fixed.map((name) => invalid(`spec.${name}`, next.spec[name] ?? null, FIXED)),
  ];
}

/** Indexed Jobs may grow and shrink, completions together with parallelism. */
function completionErrors({ spec }: Job, { spec: before }: Job): readonly FieldError[] {
  if (spec.completions === before.completions) return [];
  const field = 'spec.completions';
  if (!isIndexed(spec)) return [invalid(field, spec.completions ?? null, FIXED)];
  if (spec.completions === undefined || spec.completions === spec.parallelism) return [];
  return [invalid(field, spec.completions, 'can only be modified in tandem with spec.parallelism')];
}

/** Before its pods run, or while it is suspended and has none, where and how large they are may still change. */
function templateErrors({ spec }: Job, previous: Job): readonly FieldError[] {
  const { template } = spec;
  const { suspend, template: old } = previous.spec;
  const { startTime, active = 0 } = previous.status ?? {};
  const open = suspend && (startTime === undefined || isJobCondition(previous, 'Suspended')) && active === 0;
  const before = open ? rescheduled(old, template) : old;
  if (!open) return deepEqual(template, before) ? [] : [invalid('spec.template', template, FIXED)];
  const sized = { ...before.spec, ...resized(before.spec, template.spec) };
  return deepEqual(template.spec, sized) ? [] : [invalid('spec.template.spec', template.spec, FIXED)];
}

/** The old template with what decides over its pods' places as the new one has it. */
function rescheduled(old: PodTemplate, template: PodTemplate): PodTemplate {
  const { nodeSelector, tolerations, schedulingGates } = template.spec;
  return {
    metadata: { ...old.metadata, ...annotated(template) },
    spec: { ...old.spec, nodeSelector, tolerations, schedulingGates, affinity: affinityOf(old, template) },
  };
}

const annotated = ({ metadata = {} }: PodTemplate): JsonObject => ({
  annotations: metadata.annotations,
  labels: metadata.labels,
});

function affinityOf(old: PodTemplate, template: PodTemplate): unknown {
  const [before, after] = [old.spec.affinity, template.spec.affinity] as readonly (JsonObject | undefined)[];
  if (!before && !after) return undefined;
  const { nodeAffinity: _, ...others } = before ?? {};
  if (after) return { ...others, nodeAffinity: after.nodeAffinity };
  return Object.keys(others).length > 0 ? others : undefined;
}

/** The containers of the old spec with the resources of the new one, where they are the same containers. */
function resized(before: JsonObject, after: JsonObject): JsonObject {
  const result: Record<string, unknown> = {};
  for (const field of ['containers', 'initContainers']) {
    const [old, next] = [before[field], after[field]] as readonly (readonly JsonObject[] | undefined)[];
    if (!old || old.length !== next?.length) continue;
    result[field] = old.map((container, index) =>
      container.name === next[index]?.name ? { ...container, resources: next[index]?.resources } : container,
    );
  }
  return result;
}
