import { controllerOf, type KubeObject, keyOf } from '../../api/kube.ts';
import type { Domain, PlannedEvent } from '../../runtime/domain.ts';
import type { Instant } from '../../runtime/environment.ts';

/** What one act of the rehearsal changed. */
export interface Act {
  /** What was assumed: nothing there yet, the pods run, the pods have succeeded. */
  readonly name: 'created' | 'running' | 'succeeded';
  readonly creates: readonly KubeObject[];
  readonly deletes: readonly KubeObject[];
  readonly events: readonly PlannedEvent[];
  /** The status at the end of the act. */
  readonly status: unknown;
  /** The object itself is deleted. */
  readonly removesSelf: boolean;
  /** The moment of the act. */
  readonly now: Instant;
  /** When the controller would look again by itself. */
  readonly wakeAt?: Instant;
}

/** Rounds in which a plan must settle; more means that it contradicts itself. */
const MAX_ROUNDS = 10;
const SECOND = 1000;

/**
 * Lets the controller's own plan act on an object as if it had just been created, then as if its pods ran, then as if
 * they had succeeded. Touches nothing.
 * @param world what else is there, for domains that look things up
 * @throws when the domain refuses to plan, or its plans never settle
 */
export function rehearse(domain: Domain, object: KubeObject, now: Instant, world: readonly KubeObject[] = []): Act[] {
  const stage: Stage = { domain, object: admitted(object, now), children: new Map(), now, world };
  const acts = [settle(stage, 'created')];
  for (const name of ['running', 'succeeded'] as const) {
    if (![...stage.children.values()].some(({ kind }) => kind === 'Pod' || kind === 'Job')) break;
    stage.now += SECOND;
    for (const [key, child] of stage.children) {
      if (child.kind === 'Pod')
        stage.children.set(key, name === 'running' ? running(child, stage.now) : succeeded(child, stage.now));
      if (child.kind === 'Job') stage.children.set(key, { ...child, status: jobStatus(child, name) });
    }
    acts.push(settle(stage, name));
  }
  return acts;
}

/** What the Job controller says when a Job's pods run, or have succeeded. */
function jobStatus({ spec }: KubeObject, name: 'running' | 'succeeded') {
  const { parallelism = 1, completions = parallelism } = (spec ?? {}) as {
    readonly parallelism?: number;
    readonly completions?: number;
  };
  if (name === 'running') return { active: parallelism, ready: parallelism };
  const complete = { type: 'Complete', status: 'True', reason: 'CompletionsReached' };
  return { succeeded: completions, conditions: [complete] };
}

interface Stage {
  readonly domain: Domain;
  object: KubeObject;
  readonly children: Map<string, KubeObject>;
  now: Instant;
  readonly world: readonly KubeObject[];
}

function settle(stage: Stage, name: Act['name']): Act {
  const creates: KubeObject[] = [];
  const deletes: KubeObject[] = [];
  const events: PlannedEvent[] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { object, children, now } = stage;
    const plan = stage.domain.plan({ object, children: [...children.values()], lookups: lookupsOf(stage) }, now);
    const missing = plan.children.filter((child) => !children.has(childKey(child)));
    const removed = (plan.remove ?? []).map((removal) => removal.object);
    const statusChanged = plan.status !== undefined && JSON.stringify(plan.status) !== JSON.stringify(object.status);
    events.push(...(plan.events ?? []));
    for (const child of missing) children.set(childKey(child), admitted(child, now));
    for (const child of removed) children.delete(childKey(child));
    creates.push(...missing);
    deletes.push(...removed);
    if (statusChanged) stage.object = { ...object, status: plan.status };
    const settled = missing.length === 0 && removed.length === 0 && !statusChanged;
    if (settled || plan.removeSelf) {
      const { wakeAt } = plan;
      return {
        name,
        creates,
        deletes,
        events,
        status: stage.object.status,
        removesSelf: plan.removeSelf === true,
        now,
        ...(wakeAt !== undefined && { wakeAt }),
      };
    }
  }
  throw new Error(`the plan for ${nameOf(stage)} does not settle within ${MAX_ROUNDS} rounds: report this as a bug`);
}

/** What the domain would find in a cluster that holds the world and the object's children. */
function lookupsOf({ domain, object, children, world }: Stage): Record<string, readonly KubeObject[]> {
  const made = [...children.values()];
  const there = [...world, ...made];
  const found: Record<string, readonly KubeObject[]> = {};
  for (const { name, kind, by, keys } of domain.reads ?? []) {
    const wanted = new Set(keys(object, made, found));
    const keyFor = (each: KubeObject) => (by === 'controller' ? controllerOf(each)?.uid : keyIn(each, kind.namespaced));
    found[name] = there.filter((each) => each.kind === kind.kind && wanted.has(keyFor(each) ?? ''));
  }
  return found;
}

const keyIn = ({ metadata }: KubeObject, namespaced: boolean): string =>
  keyOf(namespaced ? { namespace: 'default', ...metadata } : { name: metadata.name ?? '' });

function nameOf({ object }: Stage): string {
  return `${object.kind} ${keyOf(object.metadata)}`;
}

function childKey(child: KubeObject): string {
  return `${child.kind}/${child.metadata.name}`;
}

/** What an API server adds to an object when it takes it in. */
function admitted(object: KubeObject, now: Instant): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      namespace: 'default',
      generation: 1,
      uid: `uid-${object.kind.toLowerCase()}-${metadata.name}`,
      creationTimestamp: new Date(now).toISOString(),
      ...metadata,
    },
  };
}

interface PodLike {
  readonly spec?: { readonly containers?: readonly { readonly name: string }[] };
}

function withStatus(pod: KubeObject, phase: string, ready: boolean, state: object): KubeObject {
  const { spec } = pod as PodLike;
  const containerStatuses = (spec?.containers ?? []).map(({ name }) => ({ name, ready, restartCount: 0, state }));
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  return { ...pod, status: { phase, conditions, containerStatuses } };
}

function running(pod: KubeObject, now: Instant): KubeObject {
  return withStatus(pod, 'Running', true, { running: { startedAt: new Date(now).toISOString() } });
}

function succeeded(pod: KubeObject, now: Instant): KubeObject {
  const terminated = { exitCode: 0, reason: 'Completed', finishedAt: new Date(now).toISOString() };
  return withStatus(pod, 'Succeeded', false, { terminated });
}
