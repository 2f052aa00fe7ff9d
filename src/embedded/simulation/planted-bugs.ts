import type { Kind } from '../../api/kube.ts';
import { ApiError, type KubeClient, type WatchOptions } from '../../runtime/client.ts';
import type { Domain } from '../../runtime/domain.ts';
import type { PlantedBug } from './controllers.ts';

/** A client that does some things differently. */
function altered(client: KubeClient, changes: Partial<KubeClient>): KubeClient {
  return {
    get: (...call) => client.get(...call),
    list: (...call) => client.list(...call),
    watch: (...call) => client.watch(...call),
    create: (...call) => client.create(...call),
    replace: (...call) => client.replace(...call),
    patch: (...call) => client.patch(...call),
    delete: (...call) => client.delete(...call),
    ...changes,
  };
}

const replanned = (domain: Domain, change: (plan: ReturnType<Domain['plan']>, now: number) => object): Domain => ({
  ...domain,
  plan: (observed, now) => {
    const plan = domain.plan(observed, now);
    return { ...plan, ...change(plan, now) };
  },
});

/** The state between two writes: a crash there loses the count (Sieve's intermediate states). */
const countsLate: PlantedBug = {
  name: 'counts-late',
  about: 'restarts are counted after the failed pods were deleted, not before',
  domain: (domain) => replanned(domain, () => ({ statusFirst: false })),
};

/** A state that is old: what others wrote since is overwritten (Sieve's stale states). */
const writesBlindly: PlantedBug = {
  name: 'writes-blindly',
  about: 'a status is written whatever has been written since the object was read',
  client: (client) =>
    altered(client, {
      patch: (kind, ref, type, body, options) => {
        const { metadata: _, ...rest } = body as { readonly metadata?: unknown };
        return client.patch(kind, ref, type, options?.subresource === 'status' ? rest : body, options);
      },
    }),
};

/** Events that nobody sees (Sieve's unobserved states). */
const skipsEvents: PlantedBug = {
  name: 'skips-events',
  about: 'a watch that broke is resumed from now, not from where it broke',
  client: (client) =>
    altered(client, {
      watch: async function* (kind: Kind, options: WatchOptions) {
        if (options.sendInitialEvents) {
          yield* client.watch(kind, options);
          return;
        }
        const { resourceVersion } = await client.list(kind, { limit: 1 });
        yield* client.watch(kind, { ...options, resourceVersion });
      },
    }),
};

/** A request that fails and is taken for done. */
const losesWrites: PlantedBug = {
  name: 'loses-writes',
  about: 'a create that the server refused for a moment is not tried again',
  client: (client) =>
    altered(client, {
      create: async (kind, object, options) => {
        try {
          return await client.create(kind, object, options);
        } catch (error) {
          if (error instanceof ApiError && error.code >= 429) return object;
          throw error;
        }
      },
    }),
};

/** A loop that never rests. */
const neverRests: PlantedBug = {
  name: 'never-rests',
  about: 'a status says when it was looked at, so that every look leads to another',
  domain: (domain) =>
    replanned(domain, (plan, now) => ({
      status: { ...plan.status, lastReconcileTime: new Date(now).toISOString() },
      wakeAt: now + 30_000,
    })),
};

/** A timer that is lost. */
const forgetsTime: PlantedBug = {
  name: 'forgets-time',
  about: 'nobody looks again when a deadline, a backoff or a time to live is over',
  domain: (domain) =>
    replanned(domain, (plan) => {
      const { wakeAt: _, ...rest } = plan;
      return { ...rest, wakeAt: undefined };
    }),
};

/** A count that one process keeps to itself. */
const forgetsAttempts: PlantedBug = {
  name: 'forgets-attempts',
  about: 'which attempt of a job is under way is kept in memory, and lost with the controller',
  domain: (domain) => {
    const known = new Map<string, object | undefined>();
    return {
      ...domain,
      plan: (observed, now) => {
        const { uid = '' } = observed.object.metadata;
        const { attempt: _, ...rest } = (observed.object.status ?? {}) as { readonly attempt?: object };
        const attempt = known.get(uid);
        const object = { ...observed.object, status: { ...rest, ...(attempt && { attempt }) } };
        const plan = domain.plan({ ...observed, object }, now);
        if (plan.status) known.set(uid, (plan.status as { readonly attempt?: object }).attempt);
        return plan;
      },
    };
  },
};

/** Bugs of the classes that studies found in many controllers, to prove that histories find them. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  countsLate,
  writesBlindly,
  skipsEvents,
  losesWrites,
  neverRests,
  forgetsTime,
  forgetsAttempts,
];
