import type { KubeObject } from '../api/kube.ts';
import { applyPlan } from './apply.ts';
import type { Cache } from './cache.ts';
import { isConflict, type KubeClient } from './client.ts';
import type { Domain, Observed, Plan } from './domain.ts';
import type { Environment, Instant } from './environment.ts';
import type { EventRecorder } from './events.ts';
import type { Metrics } from './metrics.ts';
import { ForeignObjectError } from './object-writes.ts';
import type { OwnWrites } from './own-writes.ts';

/** What one domain's reconciles work with. */
export interface Workshop {
  readonly domain: Domain;
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly objects: Cache;
  /** Of the kinds of `domain.owns` that are seen. */
  readonly owned: readonly Cache[];
  /** In the order of `domain.reads`. */
  readonly lookups: readonly Cache[];
  readonly ownWrites: OwnWrites;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly fieldManager: string;
  /** @default 60000 */
  readonly timeoutMs?: number;
  /** UIDs of objects whose namespace is being deleted: nothing more is done for them. */
  readonly abandoned: Set<string>;
  /** Told which objects of each lookup this key depends on. */
  readonly depends: (key: string, lookup: number, keys: readonly string[]) => void;
}

/** How one look at one key ended. */
export type Outcome =
  | { readonly type: 'gone' }
  | { readonly type: 'settled'; readonly wakeAt?: Instant }
  /** Our own last writes, or the deletion of the object, are not in the cache yet. */
  | { readonly type: 'behind' }
  /** The namespace is being deleted, and the object goes with it. */
  | { readonly type: 'abandoned' }
  /** Somebody wrote in between; the cache will tell. */
  | { readonly type: 'conflict' }
  | { readonly type: 'failed'; readonly error: Error; readonly terminal: boolean; readonly wakeAt?: Instant };

/** Observe, plan, apply, report: one key, once. Never throws. */
export async function reconcile(key: string, workshop: Workshop, failures: number): Promise<Outcome> {
  const { domain, objects, ownWrites, events, metrics, environment, abandoned } = workshop;
  const object = objects.get(key);
  if (!object) return { type: 'gone' };
  // The garbage collector takes the children of an object that is being deleted.
  if (object.metadata.deletionTimestamp !== undefined) return { type: 'settled' };
  if (abandoned.has(object.metadata.uid ?? '')) return { type: 'settled' };
  if (!ownWrites.caughtUp(object.metadata.uid ?? '')) return { type: 'behind' };
  let observed: Observed<KubeObject>;
  let plan: Plan;
  try {
    observed = observe(key, object, workshop);
    plan = domain.plan(observed, environment.now());
  } catch (error) {
    metrics.panicked(domain.kind.kind.toLowerCase());
    const message = `no plan can be made: ${(error as Error).message}`;
    events.record(object, { type: 'Warning', reason: 'PlanFailed', message });
    return { type: 'failed', error: error as Error, terminal: false };
  }
  return carryOut(workshop, observed, plan, failures);
}

function observe(key: string, object: KubeObject, workshop: Workshop): Observed<KubeObject> {
  const { domain, owned, lookups, depends } = workshop;
  const uid = object.metadata.uid ?? '';
  const children = owned.flatMap((cache) => [...cache.controlledBy(uid)]);
  const found: Record<string, readonly KubeObject[]> = {};
  for (const [index, { name, keys, by = 'name' }] of (domain.reads ?? []).entries()) {
    const wanted = keys(object, children, found);
    depends(key, index, wanted);
    const cache = lookups[index];
    found[name] = wanted.flatMap((other) =>
      by === 'name' ? (cache?.get(other) ?? []) : [...(cache?.controlledBy(other) ?? [])],
    );
  }
  return { object, children, lookups: found };
}

async function carryOut(
  workshop: Workshop,
  observed: Observed<KubeObject>,
  plan: Plan,
  failures: number,
): Promise<Outcome> {
  const { domain, client, environment, ownWrites, events, metrics, fieldManager, timeoutMs = 60_000 } = workshop;
  const timeout = new AbortController();
  const cancel = environment.after(timeoutMs, () => timeout.abort());
  try {
    const context = {
      client,
      ownWrites,
      fieldManager,
      cautious: failures > 0,
      signal: timeout.signal,
      ...(environment.randomBytes && { randomBytes: environment.randomBytes }),
    };
    const outcome = await applyPlan(domain, observed, plan, context);
    if (outcome.stopped === 'owner-gone') return { type: 'behind' };
    if (outcome.stopped === 'namespace-ends') {
      workshop.abandoned.add(observed.object.metadata.uid ?? '');
      return { type: 'abandoned' };
    }
    // A plan without a status that failed in part is made anew for the rest, and told then.
    if (outcome.statusWritten && (plan.status !== undefined || outcome.failures.length === 0)) {
      for (const event of plan.events ?? []) events.record(observed.object, event);
      for (const count of plan.counts ?? []) metrics.count(count);
    }
    const refusals = outcome.failures.filter((error) => !isConflict(error));
    for (const error of refusals) {
      events.record(observed.object, { type: 'Warning', reason: 'ApplyFailed', message: error.message });
    }
    const [refusal] = refusals;
    const wake = plan.wakeAt !== undefined && { wakeAt: plan.wakeAt };
    if (refusal) return { type: 'failed', error: refusal, terminal: refusals.some(isTerminal), ...wake };
    if (outcome.failures.length > 0) return { type: 'conflict' };
    return { type: 'settled', ...wake };
  } catch (error) {
    return { type: 'failed', error: error as Error, terminal: false };
  } finally {
    cancel();
  }
}

const isTerminal = (error: Error): boolean => error instanceof ForeignObjectError;
