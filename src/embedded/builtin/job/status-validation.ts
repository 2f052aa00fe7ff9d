import {
  isIndexed,
  isJobCondition,
  isJobFinished,
  type Job,
  type JobConditionType,
  type JobStatus,
} from '../../../api/batch.ts';
import { deepEqual } from '../../../runtime/json.ts';
import type { FieldError } from '../../strategy.ts';
import { duplicate, invalid, OMITTED, required } from '../../structural/field-errors.ts';
import { countIndexes, firstOverlap } from './index-list.ts';
import { negative } from './spec-validation.ts';

const COUNTS = ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const;
const CONDITIONS = 'status.conditions';

/** What kube-apiserver refuses in a write to a Job's status: most of it only where that part changed. */
export function jobStatusErrors(next: Job, previous: Job): readonly FieldError[] {
  const changes = new Changes(next, previous);
  const { status = {} } = next;
  return [
    ...COUNTS.flatMap((name) => negative(`status.${name}`, status[name])),
    ...uncountedErrors(status.uncountedTerminatedPods),
    ...endErrors(next, changes),
    ...countErrors(next, changes),
    ...indexErrors(next, changes),
    ...transitionErrors(next, previous, changes),
  ];
}

class Changes {
  readonly #next: Job;
  readonly #previous: Job;

  constructor(next: Job, previous: Job) {
    this.#next = next;
    this.#previous = previous;
  }

  of(...names: readonly (keyof JobStatus)[]): boolean {
    return names.some((name) => !deepEqual(this.#next.status?.[name], this.#previous.status?.[name]));
  }

  is(...types: readonly JobConditionType[]): boolean {
    return types.some((type) => isJobCondition(this.#next, type) !== isJobCondition(this.#previous, type));
  }

  get finished(): boolean {
    return isJobFinished(this.#next) !== isJobFinished(this.#previous);
  }
}

function uncountedErrors(pods: JobStatus['uncountedTerminatedPods']): readonly FieldError[] {
  const seen = new Set<string>();
  return (['succeeded', 'failed'] as const).flatMap((list) =>
    (pods?.[list] ?? []).flatMap((uid, index) => {
      const field = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === '') return [invalid(field, uid, 'must not be empty')];
      if (seen.has(uid)) return [duplicate(field, uid)];
      seen.add(uid);
      return [];
    }),
  );
}

const refused = (applies: boolean, why: string): readonly FieldError[] =>
  applies ? [invalid(CONDITIONS, OMITTED, why)] : [];

/** How the last conditions go together, and with the times. */
function endErrors(job: Job, changes: Changes): readonly FieldError[] {
  const { status = {}, spec } = job;
  const { completionTime, startTime } = status;
  const is = (type: JobConditionType) => isJobCondition(job, type);
  const time = 'status.completionTime';
  const completes = changes.is('Complete');
  const timed = completes || changes.of('completionTime');
  const early = startTime && completionTime && Date.parse(completionTime) < Date.parse(startTime);
  const neverRan = spec.suspend && spec.completions === 0;
  const errors = [
    ...refused(
      changes.is('Complete', 'Failed') && is('Complete') && is('Failed'),
      'cannot set Complete=True and Failed=true conditions',
    ),
    ...refused(
      changes.is('Complete', 'FailureTarget') && is('Complete') && is('FailureTarget'),
      'cannot set Complete=True and FailureTarget=true conditions',
    ),
    ...refused(
      (changes.is('Failed') || changes.of('failedIndexes')) && is('Failed') && !is('FailureTarget'),
      'cannot set Failed=True condition without the FailureTarget=true condition',
    ),
    ...refused(
      changes.is('Complete', 'SuccessCriteriaMet') && is('Complete') && !is('SuccessCriteriaMet'),
      'cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
    ),
    ...refused(
      is('SuccessCriteriaMet') && is('Failed'),
      'cannot set SuccessCriteriaMet=True and Failed=true conditions',
    ),
    ...refused(
      is('SuccessCriteriaMet') && is('FailureTarget'),
      'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
    ),
    ...refused(
      spec.successPolicy !== undefined && !is('SuccessCriteriaMet') && is('Complete'),
      'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True',
    ),
  ];
  if (timed && completionTime && !is('Complete')) {
    const why = 'cannot set completionTime when there is no Complete=True condition';
    errors.push(invalid(time, completionTime, why));
  }
  if (timed && !completionTime && is('Complete')) {
    errors.push(required(time, 'completionTime is required for Complete jobs'));
  }
  if (changes.of('startTime', 'completionTime') && early) {
    errors.push(invalid(time, completionTime, 'must be equal to or after `startTime`'));
  }
  if ((changes.finished || changes.of('startTime')) && !neverRan && !startTime && isJobFinished(job)) {
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  }
  return errors;
}

/** A finished Job has no pods left, and no more of them are ready than run. */
function countErrors(job: Job, changes: Changes): readonly FieldError[] {
  const { active = 0, ready, terminating = 0, uncountedTerminatedPods: uncounted } = job.status ?? {};
  const finished = isJobFinished(job);
  const left = (uncounted?.succeeded ?? []).length + (uncounted?.failed ?? []).length;
  const errors: FieldError[] = [];
  const check = (changed: boolean, wrong: boolean, field: string, value: unknown, why: string) => {
    if (changed && wrong) errors.push(invalid(`status.${field}`, value, why));
  };
  const ended = changes.finished;
  check(
    ended || changes.of('active'),
    finished && active > 0,
    'active',
    active,
    'active>0 is invalid for finished job',
  );
  check(
    ended || changes.of('uncountedTerminatedPods'),
    finished && left > 0,
    'uncountedTerminatedPods',
    uncounted,
    'must be empty for finished job',
  );
  check(
    ended || changes.of('terminating'),
    finished && terminating > 0,
    'terminating',
    terminating,
    'terminating>0 is invalid for finished job',
  );
  check(
    changes.of('ready', 'active'),
    ready !== undefined && ready > active,
    'ready',
    ready,
    'cannot set more ready pods than active',
  );
  return errors;
}

function indexErrors({ spec, status = {} }: Job, changes: Changes): readonly FieldError[] {
  const { completions, backoffLimitPerIndex } = spec;
  const { completedIndexes = '', failedIndexes } = status;
  const errors: FieldError[] = [];
  const parsed = (field: string, text: string) => {
    try {
      countIndexes(text, completions ?? 0);
    } catch (error) {
      errors.push(invalid(`status.${field}`, text, `error parsing ${field}: ${(error as Error).message}`));
    }
  };
  if (changes.of('completedIndexes')) {
    if (completions !== undefined) parsed('completedIndexes', completedIndexes);
    if (completedIndexes !== '' && !isIndexed(spec)) {
      const why = 'cannot set non-empty completedIndexes when non-indexed completion mode';
      errors.push(invalid('status.completedIndexes', completedIndexes, why));
    }
  }
  if (failedIndexes === undefined) return errors;
  if (changes.of('failedIndexes')) {
    if (completions !== undefined && backoffLimitPerIndex !== undefined) parsed('failedIndexes', failedIndexes);
    if (backoffLimitPerIndex === undefined) {
      const why = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
      errors.push(invalid('status.failedIndexes', failedIndexes, why));
    }
  }
  const overlap =
    changes.of('failedIndexes', 'completedIndexes') && completions !== undefined
      ? firstOverlap(completedIndexes, failedIndexes, completions)
      : undefined;
  if (overlap !== undefined) {
    const why = `failedIndexes and completedIndexes overlap at index: ${overlap}`;
    errors.push(invalid('status.failedIndexes', failedIndexes, why));
  }
  return errors;
}

/** What does not go back. */
function transitionErrors(next: Job, previous: Job, changes: Changes): readonly FieldError[] {
  const [status, before] = [next.status ?? {}, previous.status ?? {}];
  const was = (type: JobConditionType) => isJobCondition(previous, type);
  const is = (type: JobConditionType) => isJobCondition(next, type);
  const errors = (['Failed', 'Complete', 'FailureTarget'] as const).flatMap((type) =>
    refused(was(type) && !is(type), `cannot disable the terminal ${type}=True condition`),
  );
  const elastic = isIndexed(next.spec) && next.spec.completions === next.spec.parallelism;
  for (const name of ['failed', 'succeeded'] as const) {
    const [now = 0, then = 0] = [status[name], before[name]];
    if (now < then && !(name === 'succeeded' && elastic)) {
      errors.push(invalid(`status.${name}`, now, `cannot decrease the ${name} counter`));
    }
  }
  const { completionTime, startTime } = status;
  if (completionTime && before.completionTime && completionTime !== before.completionTime) {
    errors.push(invalid('status.completionTime', completionTime, 'field is immutable'));
  }
  const resumes = was('Suspended') && isJobCondition(next, 'Suspended', 'False');
  if (before.startTime && changes.of('startTime') && !resumes && !next.spec.suspend) {
    errors.push(invalid('status.startTime', startTime ?? null, 'field is immutable for unsuspended job once set'));
  }
  const [met, meets] = [was('SuccessCriteriaMet'), is('SuccessCriteriaMet')];
  return [
    ...errors,
    ...refused(met && !meets, 'cannot disable the SuccessCriteriaMet=True condition'),
    ...refused(
      was('Complete') && !met && meets,
      'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions',
    ),
  ];
}
