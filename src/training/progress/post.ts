import { isObject } from '../../api/json.ts';
import { timestamp } from '../../api/timestamp.ts';
import type { TrainerStatus } from '../../api/trainer-status.ts';

/** What a program posts: `{ "trainerStatus": { … } }`. Everything that is not documented is dropped. */
export type Post =
  /** Nothing is reported; that is no mistake. */
  { readonly status?: TrainerStatus; readonly problem?: never } | { readonly problem: string; readonly status?: never };

const MAX_METRICS = 256;
const MAX_TEXT = 64;
const MAX_INT32 = 2 ** 31 - 1;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Reads the body of a post, or says which field is wrong and how it must be. Pure. */
export function readPost(text: string): Post {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { problem: 'Invalid payload: it is no JSON' };
  }
  if (!isObject(body)) return { problem: 'Invalid payload: it must be an object with trainerStatus' };
  const { trainerStatus } = body;
  if (trainerStatus === undefined || trainerStatus === null) return {};
  if (!isObject(trainerStatus)) return { problem: 'trainerStatus must be an object' };
  return statusIn(trainerStatus);
}

function statusIn(given: Readonly<Record<string, unknown>>): Post {
  const { progressPercentage, estimatedRemainingSeconds, metrics, lastUpdatedTime } = given;
  const problem =
    integerProblem('progressPercentage', progressPercentage, 100) ??
    integerProblem('estimatedRemainingSeconds', estimatedRemainingSeconds, MAX_INT32) ??
    metricsProblem(metrics) ??
    timeProblem(lastUpdatedTime);
  if (problem) return { problem: `trainerStatus.${problem}` };
  return {
    status: {
      ...(isGiven(progressPercentage) && { progressPercentage: progressPercentage as number }),
      ...(isGiven(estimatedRemainingSeconds) && { estimatedRemainingSeconds: estimatedRemainingSeconds as number }),
      ...(isGiven(metrics) && {
        metrics: (metrics as readonly { name: string; value: string }[]).map(({ name, value }) => ({ name, value })),
      }),
      lastUpdatedTime: wholeSeconds(lastUpdatedTime as string),
    },
  };
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
/** Kubernetes' times have no fractions. */
const wholeSeconds = (moment: string): string => timestamp(Date.parse(moment));

function integerProblem(name: string, value: unknown, most: number): string | undefined {
  if (!isGiven(value) || (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most)) return undefined;
  return `${name}: Invalid value: ${JSON.stringify(value)}: it must be a whole number from 0 to ${most}`;
}

function metricsProblem(metrics: unknown): string | undefined {
  if (!isGiven(metrics)) return undefined;
  if (!Array.isArray(metrics)) return 'metrics must be a list of name and value';
  if (metrics.length > MAX_METRICS) return `metrics: Too many: ${metrics.length}: at most ${MAX_METRICS}`;
  const wrong = metrics.findIndex((metric) => !isObject(metric) || !isText(metric.name) || !isText(metric.value));
  return wrong < 0 ? undefined : `metrics[${wrong}]: name and value must be texts of 1 to ${MAX_TEXT} characters`;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '' && [...value].length <= MAX_TEXT;

function timeProblem(value: unknown): string | undefined {
  if (!isGiven(value)) return 'lastUpdatedTime is required when trainerStatus is present';
  if (typeof value === 'string' && RFC_3339.test(value) && !Number.isNaN(Date.parse(value))) return undefined;
  return `lastUpdatedTime: Invalid value: ${JSON.stringify(value)}: it must be a time as RFC 3339 has it`;
}
