import { TRAIN_JOB } from '../../api/kinds.ts';
import { apiVersionOf, type Kind } from '../../api/kube.ts';
import { timestamp } from '../../api/timestamp.ts';
import type { TrainerStatus } from '../../api/trainer-status.ts';
import { ApiError, type KubeClient } from '../../runtime/client.ts';
import type { Environment } from '../../runtime/environment.ts';
import type { Logger } from '../../runtime/log.ts';
import { TokenBucket } from '../../runtime/token-bucket.ts';
import { audienceOf, type ReportTarget, targetOf } from './address.ts';
import { readPost } from './post.ts';
import { RateLimits } from './rate-limits.ts';
import { Reporters } from './reporter.ts';

/** A request as the handler needs it. */
export interface ProgressRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly authorization?: string;
  /** @throws RangeError when there is more of it than is allowed */
  readonly body: () => Promise<string>;
}

export interface ProgressAnswer {
  readonly code: number;
  /** To be sent as JSON. */
  readonly body: object;
  readonly retryAfterSeconds?: number;
}

export interface ProgressHandlerOptions {
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly log: Logger;
  /** Jobs whose programs may report. */
  readonly kinds: readonly Kind[];
}

/** Who owns the field, to the API server; upstream's name. */
const FIELD_OWNER = 'trainer-status';
/** Questions about tokens a second, of all programs together. */
const REVIEWS = { perSecond: 20, burst: 200 };
const TIMEOUT_MS = 10_000;

/** Takes what training programs post of their progress, as Trainer v2 does, and writes it to their job's status. */
export function progressHandler(
  options: ProgressHandlerOptions,
): (request: ProgressRequest) => Promise<ProgressAnswer> {
  const { environment, kinds, log } = options;
  const reporters = new Reporters(options);
  const reviews = new TokenBucket(environment, REVIEWS.perSecond, REVIEWS.burst);
  const posts = new RateLimits({ environment });

  return async (request) => {
    const target = request.method === 'POST' ? targetOf(request.path, kinds) : undefined;
    if (!target) return failure(404, 'NotFound', 'Not found');
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const [, token] = /^Bearer (\S+)$/.exec(request.authorization ?? '') ?? [];
      if (!token) return failure(403, 'Forbidden', 'Forbidden');
      let allowed = reporters.remembered(token, target);
      if (allowed === undefined) {
        if (!reviews.tryTake()) return tooMany();
        allowed = await reporters.ask(token, target, signal);
      }
      if (!allowed) return failure(403, 'Forbidden', 'Forbidden');
      return await take(options, posts, target, await request.body(), signal);
    } catch (error) {
      if (error instanceof RangeError) return failure(413, 'RequestEntityTooLarge', error.message);
      log.warn('progress was not written', { job: audienceOf(target), error: (error as Error).message });
      return failure(500, 'InternalError', 'Internal error');
    }
  };
}

async function take(
  options: ProgressHandlerOptions,
  posts: RateLimits,
  target: ReportTarget,
  body: string,
  signal: AbortSignal,
): Promise<ProgressAnswer> {
  const { status, problem } = readPost(body);
  if (problem !== undefined) return failure(422, 'Invalid', problem);
  if (!status) return { code: 200, body: {} };
  if (!posts.allows(audienceOf(target))) return tooMany();
  try {
    await write(options, target, status, signal);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 404) return failure(404, 'NotFound', `${target.kind.kind} not found`);
    if (error.code === 400 || error.code === 422) return failure(422, 'Invalid', error.message);
    throw error;
  }
  return { code: 200, body: { trainerStatus: status } };
}

async function write(
  { client, environment }: ProgressHandlerOptions,
  { kind, namespace, name }: ReportTarget,
  trainerStatus: TrainerStatus,
  signal: AbortSignal,
): Promise<void> {
  const object = {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { namespace, name },
    status: {
      trainerStatus,
      // By this clock, not the program's: a hang is told by it.
      ...(kind.group !== TRAIN_JOB.group && { lastProgressTime: timestamp(environment.now()) }),
    },
  };
  const options = { subresource: 'status', fieldManager: FIELD_OWNER, force: true, metadataOnly: true, signal };
  await client.patch(kind, { namespace, name }, 'apply', object, options);
}

const tooMany = (): ProgressAnswer => ({
  ...failure(429, 'TooManyRequests', 'one report a second is enough'),
  retryAfterSeconds: 1,
});

/** As the API server says that something is wrong. */
const failure = (code: number, reason: string, message: string): ProgressAnswer => ({
  code,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code },
});
