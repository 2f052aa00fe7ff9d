import { randomBytes as systemRandomBytes } from 'node:crypto';
import { apiVersionOf, type Kind, type KubeObject, type OwnerReference } from '../api/kube.ts';
import { isNamespaceTerminating, isNotFound } from './client.ts';
import type { ChildPatch, Domain, Observed, OwnedKind, Plan } from './domain.ts';
import type { RandomBytes } from './environment.ts';
import { isSubset } from './json.ts';
import { settleAll } from './limiter.ts';
import {
  amend,
  create,
  createLasting,
  createUnseen,
  identity,
  patch,
  remove,
  type WriteContext,
  writeStatus,
} from './object-writes.ts';

export interface ApplyContext extends WriteContext {
  /** Writes of one plan under way at the same time. @default 32 */
  readonly concurrency?: number;
  /** Start with one write and double, so that a quota that refused once is not asked a hundred times. */
  readonly cautious?: boolean;
  /** @default - the operating system's */
  readonly randomBytes?: RandomBytes;
}

export interface ApplyOutcome {
  /** What the server refused, children and status alike. */
  readonly failures: readonly Error[];
  /** Whether the status is now as planned (or was, or is none of the plan's business). */
  readonly statusWritten: boolean;
  readonly removedSelf: boolean;
  /**
   * Why the rest of the plan was not tried, if so: `namespace-ends`, nothing can be made there any more; `owner-gone`, the
   * object itself is deleted and the cache will soon say so.
   */
  readonly stopped?: 'namespace-ends' | 'owner-gone';
}

type Write = () => Promise<void>;

/** Carries out one plan: the one place where controllers write. */
export async function applyPlan<T extends KubeObject>(
  domain: Domain<T>,
  observed: Observed<T>,
  plan: Plan,
  context: ApplyContext,
): Promise<ApplyOutcome> {
  const owner = observed.object;
  const status = () => writeStatus(domain.kind, owner, plan.status, context);
  const failures: Error[] = [];
  if (plan.statusFirst) {
    const [written] = await settleAll([status], 1);
    // What must be counted before it is done is not done when it could not be counted.
    if (written?.status === 'rejected') {
      return stoppedBy([toError(written.reason)], written.reason);
    }
  }
  for (const stage of childWrites(domain, observed, plan, context)) {
    if (failures.length === 0) failures.push(...(await writeAll(stage, context)));
  }
  if (failures.some(isNamespaceTerminating)) {
    return { failures, statusWritten: false, removedSelf: false, stopped: 'namespace-ends' };
  }
  let statusWritten = true;
  if (!plan.statusFirst) {
    const [written] = await settleAll([status], 1);
    if (written?.status === 'rejected') {
      statusWritten = false;
      failures.push(toError(written.reason));
      if (isNotFound(written.reason)) return stoppedBy(failures, written.reason);
    }
  }
  let removedSelf = false;
  if (plan.removeSelf === true && failures.length === 0) {
    const [removed] = await settleAll([() => remove(domain.kind, { object: owner }, owner, context)], 1);
    if (removed?.status === 'rejected') failures.push(toError(removed.reason));
    else removedSelf = true;
  }
  return { failures, statusWritten, removedSelf };
}

/** The status could not be written. */
const stoppedBy = (failures: readonly Error[], reason: unknown): ApplyOutcome => ({
  failures,
  statusWritten: false,
  removedSelf: false,
  ...(isNotFound(reason) && { stopped: 'owner-gone' as const }),
});

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

/** In stages: each is begun when the one before it has succeeded. What is drawn comes with the first of two. */
function childWrites<T extends KubeObject>(
  domain: Domain<T>,
  observed: Observed<T>,
  plan: Plan,
  context: ApplyContext,
): Write[][] {
  const owner = observed.object;
  const existing = new Map(observed.children.map((child) => [identity(child), child]));
  const first: Write[] = [];
  const writes: Write[] = [];
  let drawn = false;
  for (const removal of plan.remove ?? []) {
    const { object, gracePeriodSeconds } = removal;
    const underway = object.metadata.deletionTimestamp !== undefined;
    if (underway && gracePeriodSeconds === undefined) continue;
    first.push(() => remove(ownedKind(domain, object).kind, removal, owner, context));
  }
  const patched = Object.values(Object.groupBy(plan.patches ?? [], ({ object }) => object.metadata.uid ?? ''));
  const ofKind = (each: ChildPatch) => ({ ...each, kind: ownedKind(domain, each.object).kind });
  for (const patches of patched) writes.push(() => amend((patches ?? []).map(ofKind), owner, context));
  for (const lasting of plan.lasting ?? []) {
    writes.push(() => createLasting(ownedKind(domain, lasting).kind, lasting, owner, context));
  }
  for (const wanted of plan.children) {
    const { kind, update, draw } = ownedKind(domain, wanted);
    const child = withOwner(wanted, domain.kind, owner);
    if (draw) {
      first.push(() => createUnseen(kind, draw(child, context.randomBytes ?? systemRandomBytes), context));
      drawn = true;
      continue;
    }
    const present = existing.get(identity(wanted));
    if (!present) writes.push(() => create(kind, child, owner, context));
    else if (update === 'patch' && present.metadata.deletionTimestamp === undefined && !isSubset(wanted, present)) {
      writes.push(() => patch(kind, child, owner, context));
    }
  }
  return drawn ? [first, writes] : [[...first, ...writes]];
}

function ownedKind(domain: Pick<Domain, 'owns' | 'kind'>, object: KubeObject): OwnedKind {
  const owned = domain.owns.find(({ kind }) => kind.kind === object.kind && apiVersionOf(kind) === object.apiVersion);
  if (owned) return owned;
  throw new Error(
    `the plan of ${domain.kind.kind} names a ${object.apiVersion} ${object.kind}, which the domain does not own; add it to owns`,
  );
}

/** Stops at the first batch in which something failed. */
async function writeAll(writes: readonly Write[], context: ApplyContext): Promise<Error[]> {
  const { concurrency = 32, cautious = false } = context;
  let size = cautious ? 1 : writes.length;
  for (let start = 0; start < writes.length; size *= 2) {
    const batch = writes.slice(start, start + size);
    start += batch.length;
    const results = await settleAll(batch, concurrency);
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [toError(result.reason)] : []));
    if (failures.length > 0) return failures;
  }
  return [];
}

function withOwner(child: KubeObject, kind: Kind, owner: KubeObject): KubeObject {
  const reference: OwnerReference = {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
  const others = child.metadata.ownerReferences?.filter(({ uid }) => uid !== reference.uid) ?? [];
  return { ...child, metadata: { ...child.metadata, ownerReferences: [...others, reference] } };
}
