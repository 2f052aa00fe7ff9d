import { type KubeObject, keyOf } from '../../api/kube.ts';
import { CHECKPOINT_INTERVAL_ANNOTATION, EXPECTED_DURATION_ANNOTATION } from '../../api/labels.ts';
import { Random } from '../../embedded/simulation/random.ts';
import type { Arrival } from '../../embedded/what-if/index.ts';
import type { ArrivalRule, Arrivals, DurationRule } from './arrivals-file.ts';
import { cronMoments } from './cron.ts';
import { durationOf } from './duration.ts';
import type { JobTemplate } from './manifests.ts';

const HOUR = 3_600_000;

export interface ArrivalOptions {
  readonly start: number;
  readonly seed: number;
  /** For jobs that say nothing of their own, in milliseconds. */
  readonly durationMs: number;
}

/**
 * Every job that comes: those that the rules name, as often as they say; the others once, at the start.
 * @throws naming the rule whose template is not there, or is not the only one
 */
export function arrivalsOf(
  templates: readonly JobTemplate[],
  arrivals: Arrivals | undefined,
  options: ArrivalOptions,
): readonly Arrival[] {
  const { rules = [], windowMs = 0 } = arrivals ?? {};
  const random = new Random(options.seed);
  const counts = new Map<JobTemplate, number>();
  const ruled = rules.flatMap((rule) => {
    const template = templateOf(rule, templates);
    // Draws of its own: a further rule does not change the days of the others.
    const draws = random.fork();
    const moments = momentsOf(rule, options.start, windowMs, draws).flatMap((at) =>
      Array.from({ length: rule.count }, () => at),
    );
    return moments.slice(0, rule.limit).map((at): Arrival => {
      const number = (counts.get(template) ?? 0) + 1;
      counts.set(template, number);
      const durationMs = rule.duration ? drawn(rule.duration, draws) : undefined;
      return arrivalOf(template, at, options, { number, ...(durationMs !== undefined && { durationMs }) });
    });
  });
  const others = templates.filter((template) => !counts.has(template) && !rules.some((rule) => names(rule, template)));
  return [...others.map((template) => arrivalOf(template, options.start, options)), ...ruled].sort(
    (a, b) => a.at - b.at,
  );
}

function arrivalOf(
  { object, where, type }: JobTemplate,
  at: number,
  options: ArrivalOptions,
  more: { readonly number?: number; readonly durationMs?: number } = {},
): Arrival {
  const { annotations = {}, name } = object.metadata;
  const expected = annotations[EXPECTED_DURATION_ANNOTATION];
  const checkpoint = annotations[CHECKPOINT_INTERVAL_ANNOTATION];
  const field = (annotation: string) => `${where}, metadata.annotations[${annotation}]`;
  const own = expected === undefined ? undefined : durationOf(expected, field(EXPECTED_DURATION_ANNOTATION));
  const checkpointMs =
    checkpoint === undefined ? undefined : durationOf(checkpoint, field(CHECKPOINT_INTERVAL_ANNOTATION));
  const job: KubeObject = {
    ...object,
    metadata: { ...object.metadata, name: more.number === undefined ? (name ?? '') : `${name}-${more.number}` },
  };
  return {
    at,
    job,
    template: keyOf(object.metadata),
    type,
    durationMs: Math.max(1000, more.durationMs ?? own ?? options.durationMs),
    ...(checkpointMs && { checkpointMs }),
  };
}

const names = ({ template }: ArrivalRule, { object }: JobTemplate): boolean =>
  template === keyOf(object.metadata) || template === `${object.kind}/${keyOf(object.metadata)}`;

function templateOf(rule: ArrivalRule, templates: readonly JobTemplate[]): JobTemplate {
  const found = templates.filter((template) => names(rule, template));
  const [first] = found;
  if (first && found.length === 1) return first;
  const known = templates.map(({ object }) => keyOf(object.metadata)).join(', ') || 'none';
  throw new Error(
    first
      ? `${rule.where}, template: more than one job is ${rule.template}; write the kind before it, as in ${first.object.kind}/${rule.template}`
      : `${rule.where}, template: there is no job ${rule.template} in the manifests; they hold ${known}`,
  );
}

/** Whole seconds, as Kubernetes writes them. */
function momentsOf({ when, where }: ArrivalRule, start: number, windowMs: number, draws: Random): readonly number[] {
  const end = start + windowMs;
  if ('cron' in when) {
    try {
      return cronMoments(when.cron, start, end);
    } catch (error) {
      throw new Error(`${where}, arrival.cron: ${error instanceof Error ? error.message : error}`);
    }
  }
  if ('at' in when) {
    return when.at.map((at) => {
      const moment = typeof at === 'number' ? start + at : Date.parse(at);
      if (moment < start) throw new Error(`${where}, at: ${at} is before the start; start the simulation earlier`);
      return moment;
    });
  }
  const moments: number[] = [];
  for (let at = start; ; ) {
    at += (-Math.log(1 - draws.next()) / when.perHour) * HOUR;
    if (at >= end) return moments;
    moments.push(Math.floor(at / 1000) * 1000);
  }
}

function drawn(rule: DurationRule, draws: Random): number {
  if ('fixed' in rule) return rule.fixed;
  const ms = 'min' in rule ? rule.min + draws.next() * (rule.max - rule.min) : lognormal(rule, draws);
  return Math.round(ms / 1000) * 1000;
}

/** Box and Muller's way to a normal draw. */
function lognormal({ median, sigma }: { readonly median: number; readonly sigma: number }, draws: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - draws.next())) * Math.cos(2 * Math.PI * draws.next());
  return median * Math.exp(sigma * normal);
}
