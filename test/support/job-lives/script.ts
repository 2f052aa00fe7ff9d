import { NODE_NAME } from '../embedded-compare/fixtures.ts';
import { Choices } from '../embedded-compare/random.ts';

/** What is done to a Job and its pods; a pod is the first, by name, of those that fit. */
export type Step =
  | { readonly do: 'start'; readonly ready: boolean; readonly index?: number }
  | { readonly do: 'succeed'; readonly index?: number }
  | {
      readonly do: 'fail';
      readonly exitCode: number;
      readonly disrupted?: boolean;
      readonly now?: boolean;
      readonly index?: number;
    }
  | { readonly do: 'restart'; readonly count: number }
  | { readonly do: 'deletePod'; readonly index?: number }
  | { readonly do: 'reap'; readonly phase: 'Failed' | 'Succeeded' }
  | { readonly do: 'unlabel' }
  | { readonly do: 'edit'; readonly spec: Readonly<Record<string, unknown>> }
  | { readonly do: 'deleteJob'; readonly propagationPolicy?: string }
  | { readonly do: 'wait'; readonly seconds: number };

/** The life of one Job: its spec, and what happens to it. */
export interface Life {
  /** What plays it again. */
  readonly id: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
}

/** The life of a seed and a number: always the same. */
export function lifeOf(seed: number, number: number): Life {
  const choices = new Choices(seed, number);
  const spec = specOf(choices);
  const indexed = spec.completionMode === 'Indexed';
  const count = 3 + choices.int(6);
  const steps = Array.from({ length: count }, () => stepOf(choices, spec, indexed));
  const waits = spec.activeDeadlineSeconds !== undefined || spec.ttlSecondsAfterFinished !== undefined;
  const last: readonly Step[] = waits
    ? [{ do: 'wait', seconds: 8 }]
    : choices.chance(0.25)
      ? [{ do: 'deleteJob', ...policyOf(choices) }]
      : [];
  // A clock that runs races with what is done meanwhile.
  const kept = spec.activeDeadlineSeconds !== undefined ? [] : undelayed(spec, steps);
  return { id: `${seed}:${number}`, spec, steps: [...kept, ...last] };
}

/** A pod that is deleted may count as one that failed just now, and the next waits: nothing is done meanwhile. */
function undelayed(spec: Readonly<Record<string, unknown>>, steps: readonly Step[]): readonly Step[] {
  const patient = spec.podFailurePolicy !== undefined || spec.podReplacementPolicy === 'Failed';
  const at = patient ? -1 : steps.findIndex((step) => step.do === 'deletePod');
  if (at < 0) return steps;
  const before = steps.slice(0, at + 1);
  return before.some((step) => step.do === 'fail') ? before : [...before, { do: 'wait', seconds: 13 }];
}

function policyOf(c: Choices): { readonly propagationPolicy?: string } {
  const propagationPolicy = c.pick(['Background', 'Foreground', 'Orphan', undefined]);
  return propagationPolicy === undefined ? {} : { propagationPolicy };
}

function specOf(c: Choices): Record<string, unknown> {
  const indexed = c.chance(0.55);
  const parallelism = c.int(4) + (c.chance(0.9) ? 1 : 0);
  const completions = indexed || c.chance(0.8) ? 1 + c.int(4) : undefined;
  const elastic = indexed && c.chance(0.4);
  const perIndex = indexed && c.chance(0.4);
  const policy = c.chance(0.3);
  const restartPolicy = policy || c.chance(0.75) ? 'Never' : 'OnFailure';
  return {
    ...(indexed && { completionMode: 'Indexed' }),
    parallelism: elastic ? completions : parallelism,
    ...(completions !== undefined && { completions }),
    ...(c.chance(0.7) && { backoffLimit: c.int(4) }),
    ...(perIndex && { backoffLimitPerIndex: c.int(2) }),
    ...(perIndex && c.chance(0.4) && { maxFailedIndexes: c.int(Number(completions) + 1) }),
    ...(policy && { podFailurePolicy: failurePolicy(c, perIndex) }),
    ...(indexed && c.chance(0.3) && { successPolicy: successPolicy(c, Number(completions)) }),
    ...(!policy && c.chance(0.3) && { podReplacementPolicy: c.pick(['Failed', 'TerminatingOrFailed']) }),
    ...(c.chance(0.12) && { suspend: true }),
    ...(c.chance(0.08) && { activeDeadlineSeconds: 7 }),
    ...(c.chance(0.1) && { ttlSecondsAfterFinished: 2 }),
    template: {
      ...(c.chance(0.5) && { metadata: { labels: { app: 'x' }, annotations: { note: 'y' } } }),
      spec: {
        schedulerName: 'nobody',
        automountServiceAccountToken: false,
        restartPolicy,
        // Pods without a node go at once when they are deleted.
        ...(c.chance(0.6) && { nodeName: NODE_NAME }),
        containers: [{ name: 'a', image: 'nothing:1' }],
      },
    },
  };
}

function failurePolicy(c: Choices, perIndex: boolean): object {
  const actions = ['FailJob', 'Ignore', 'Count', ...(perIndex ? ['FailIndex'] : [])];
  const rules = Array.from({ length: 1 + c.int(3) }, () => {
    const action = c.pick(actions);
    if (c.chance(0.3)) return { action, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] };
    const operator = c.pick(['In', 'NotIn']);
    return { action, onExitCodes: { operator, values: c.pick([[1], [3, 42], [42]]) } };
  });
  return { rules };
}

function successPolicy(c: Choices, completions: number): object {
  const rule = c.pick<object>([
    { succeededIndexes: '0' },
    { succeededCount: 1 + c.int(completions) },
    { succeededIndexes: `0${completions > 1 ? `-${completions - 1}` : ''}`, succeededCount: 1 },
  ]);
  return { rules: [rule] };
}

function stepOf(c: Choices, spec: Readonly<Record<string, unknown>>, indexed: boolean): Step {
  const index = indexed && c.chance(0.8) ? { index: c.int(Number(spec.completions)) } : {};
  return c.weighted<() => Step>([
    [18, () => ({ do: 'start', ready: c.chance(0.7), ...index })],
    [22, () => ({ do: 'succeed', ...index })],
    [
      24,
      () => ({ do: 'fail', exitCode: c.pick([1, 3, 42, 137]), ...(c.chance(0.15) && { disrupted: true }), ...index }),
    ],
    [4, () => ({ do: 'restart', count: 1 + c.int(3) })],
    [10, () => ({ do: 'deletePod', ...index })],
    [10, () => ({ do: 'reap', phase: c.pick(['Failed', 'Failed', 'Succeeded']) })],
    [3, () => ({ do: 'unlabel' })],
    [6, () => ({ do: 'edit', spec: { suspend: true } })],
    [8, () => ({ do: 'edit', spec: { suspend: false } })],
    [6, () => ({ do: 'edit', spec: { parallelism: resized(c, spec, indexed) } })],
    [4, () => ({ do: 'edit', spec: scaled(c, spec) })],
    [3, () => ({ do: 'edit', spec: { backoffLimit: c.int(4) } })],
  ])();
}

/** Which of several indexes goes depends on the second in which its pod was made: no fewer are asked for. */
function resized(c: Choices, { parallelism }: Readonly<Record<string, unknown>>, indexed: boolean): number {
  return indexed ? Number(parallelism) + c.int(3) : c.int(5);
}

function scaled(c: Choices, { parallelism }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const size = Math.max(1, Number(parallelism) + c.pick([-1, 1, 2]));
  return { parallelism: size, completions: size };
}
