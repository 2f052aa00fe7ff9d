import { TOKEN_REVIEW } from '../../api/kinds.ts';
import type { KubeClient } from '../../runtime/client.ts';
import type { Environment } from '../../runtime/environment.ts';
import { audienceOf, type ReportTarget } from './address.ts';

export interface ReporterOptions {
  readonly client: KubeClient;
  readonly environment: Environment;
}

interface Review {
  readonly authenticated?: boolean;
  readonly audiences?: readonly string[];
  readonly user?: { readonly username?: string; readonly extra?: Readonly<Record<string, readonly string[]>> };
}

const POD_NAME = 'authentication.kubernetes.io/pod-name';
/** How long an answer holds: a token is asked about once, not at each post. */
const GOOD_MS = 60_000;
const BAD_MS = 10_000;
const MAX_REMEMBERED = 4096;

/** Whether a review says that a pod of the job's namespace holds a token for this very job. Pure. */
export function mayReport(review: Review | undefined, target: ReportTarget): boolean {
  const { username = '', extra = {} } = review?.user ?? {};
  return (
    review?.authenticated === true &&
    (review.audiences ?? []).includes(audienceOf(target)) &&
    username.startsWith(`system:serviceaccount:${target.namespace}:`) &&
    (extra[POD_NAME] ?? []).length > 0
  );
}

/** Asks the API server who holds a token, and remembers the answers for a while. */
export class Reporters {
  readonly #options: ReporterOptions;
  readonly #known = new Map<string, { readonly allowed: boolean; readonly until: number }>();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** What is remembered of this token and job. */
  remembered(token: string, target: ReportTarget): boolean | undefined {
    const found = this.#known.get(keyOf(token, target));
    return found && found.until > this.#options.environment.now() ? found.allowed : undefined;
  }

  /** @throws ApiError when the API server does not answer */
  async ask(token: string, target: ReportTarget, signal: AbortSignal): Promise<boolean> {
    const { client, environment } = this.#options;
    const review = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      metadata: {},
      spec: { token, audiences: [audienceOf(target)] },
    };
    const { status } = await client.create(TOKEN_REVIEW, review, { signal });
    const allowed = mayReport(status as Review | undefined, target);
    this.#remember(keyOf(token, target), allowed, environment.now() + (allowed ? GOOD_MS : BAD_MS));
    return allowed;
  }

  #remember(key: string, allowed: boolean, until: number): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    this.#known.delete(key);
    this.#known.set(key, { allowed, until });
  }
}

/** Tokens themselves are not kept. */
const keyOf = (token: string, target: ReportTarget): string =>
  `${process.getBuiltinModule('node:crypto').createHash('sha256').update(token).digest('base64')} ${audienceOf(target)}`;
