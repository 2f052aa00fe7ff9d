import * as z from 'zod';
import { checked, parseDocuments, readText } from './documents.ts';
import { parseDuration } from './duration.ts';
import { count, duration, positive } from './fields.ts';

/** When jobs of one template come, and how long they take. */
export interface ArrivalRule {
  /** `namespace/name`, or `Kind/namespace/name`. */
  readonly template: string;
  readonly when: When;
  /** @default - the template's own */
  readonly duration?: DurationRule;
  /** Jobs that come together. */
  readonly count: number;
  /** Jobs in all. @default - no limit but the window */
  readonly limit?: number;
  /** `arrivals.yaml, document 1, jobs[2]`. */
  readonly where: string;
}

export type When =
  | { readonly cron: string }
  | { readonly perHour: number }
  /** Milliseconds after the start, or moments. */
  | { readonly at: readonly (number | string)[] };

/** Milliseconds. */
export type DurationRule =
  | { readonly fixed: number }
  | { readonly min: number; readonly max: number }
  | { readonly median: number; readonly sigma: number };

export interface Arrivals {
  /** @default - the caller's */
  readonly start?: number;
  /** How long jobs come, in milliseconds. */
  readonly windowMs: number;
  readonly rules: readonly ArrivalRule[];
}

export const DAY_MS = 86_400_000;

const ONE_OF = 'give exactly one of cron, poisson and at';
const moment = z.union([duration(), z.iso.datetime({ offset: true })], {
  error: 'must be a duration after the start, such as 1h30m, or a moment, such as 2026-01-05T06:00:00Z',
});

const when = z
  .strictObject(
    {
      cron: z.string({ error: 'must be a crontab line, such as "0 2 * * *"' }).optional(),
      poisson: z.strictObject({ perHour: positive() }).optional(),
      at: z.array(moment, { error: 'must be a list of moments' }).min(1, { error: 'must not be empty' }).optional(),
    },
    { error: `is missing: ${ONE_OF}` },
  )
  .refine((given) => Object.keys(given).length === 1, { error: ONE_OF });

const length = z.union(
  [
    duration().transform((fixed) => ({ fixed })),
    z
      .strictObject({ uniform: z.strictObject({ min: duration(), max: duration() }) })
      .refine(({ uniform }) => uniform.min <= uniform.max)
      .transform(({ uniform }) => uniform),
    z
      .strictObject({ lognormal: z.strictObject({ median: duration(), sigma: positive() }) })
      .transform(({ lognormal }) => lognormal),
  ],
  {
    error: 'must be a duration such as 2h, uniform: {min: 1h, max: 3h}, or lognormal: {median: 1h, sigma: 0.8}',
  },
);

const arrivalsFile = z.strictObject({
  start: z.iso.datetime({ offset: true, error: 'must be a moment, such as 2026-01-05T00:00:00Z' }).optional(),
  window: duration().default(DAY_MS),
  jobs: z
    .array(
      z.strictObject({
        template: z.string({ error: 'is missing: name a job of the manifests as namespace/name' }),
        arrival: when,
        duration: length.optional(),
        count: count(1).default(1),
        limit: count(1).optional(),
      }),
      { error: 'must be a list of job templates with their arrivals' },
    )
    .min(1, { error: 'must name at least one job template' }),
});

/** @throws naming file, document or line, and field, and how to mend it */
export function readArrivals(file: string): Arrivals {
  const text = readText(file);
  return file.endsWith('.csv') ? parseCsv(text, file) : parseYaml(text, file);
}

function parseYaml(text: string, file: string): Arrivals {
  const [document, ...more] = parseDocuments(text, file);
  if (!document || more.length > 0) throw new Error(`${file} must hold one document with a list of jobs`);
  const { start, window, jobs } = checked(arrivalsFile, document);
  return {
    ...(start !== undefined && { start: Date.parse(start) }),
    windowMs: window,
    rules: jobs.map((job, index) => ({
      template: job.template,
      when: whenOf(job.arrival),
      ...(job.duration && { duration: job.duration }),
      count: job.count,
      ...(job.limit !== undefined && { limit: job.limit }),
      where: `${document.where}, jobs[${index}]`,
    })),
  };
}

function whenOf({ cron, poisson, at = [] }: z.output<typeof when>): When {
  if (cron !== undefined) return { cron };
  return poisson ? { perHour: poisson.perHour } : { at };
}

const COLUMNS = ['template', 'at', 'duration', 'count'];

/** A line for each arrival: template, moment, duration (optional), count (optional). */
function parseCsv(text: string, file: string): Arrivals {
  const [head = '', ...lines] = text.split(/\r?\n/);
  const columns = head.split(',').map((name) => name.trim());
  const unknown = columns.find((name) => !COLUMNS.includes(name));
  if (unknown !== undefined || !columns.includes('template') || !columns.includes('at')) {
    throw new Error(
      `${file}, line 1: must name the columns template, at and, if wanted, duration and count; got "${head}"`,
    );
  }
  const rules = lines.flatMap((line, index): ArrivalRule[] => {
    if (line.trim() === '') return [];
    const where = `${file}, line ${index + 2}`;
    const cells = line.split(',').map((cell) => cell.trim());
    const cell = (name: string) => cells[columns.indexOf(name)] || undefined;
    const at = cell('at') ?? '';
    const wanted = cell('count') ?? '1';
    const took = cell('duration');
    const lasts = took === undefined ? undefined : parseDuration(took);
    const moment = parseDuration(at) ?? (Number.isNaN(Date.parse(at)) ? undefined : at);
    if (moment === undefined)
      throw new Error(`${where}, at: "${at}" is no moment; write 1h30m or 2026-01-05T06:00:00Z`);
    if (took !== undefined && lasts === undefined)
      throw new Error(`${where}, duration: "${took}" is no duration; write it like 90s, 2h30m or 2d`);
    if (!/^[1-9]\d*$/.test(wanted))
      throw new Error(`${where}, count: "${wanted}" must be a whole number of at least 1`);
    return [
      {
        template: cell('template') ?? '',
        when: { at: [moment] },
        ...(lasts !== undefined && { duration: { fixed: lasts } }),
        count: Number(wanted),
        where,
      },
    ];
  });
  return { windowMs: DAY_MS, rules };
}
