import type { Kind, KubeObject } from '../api/kube.ts';
import type { ObjectRef } from './client.ts';
import type { Instant, RandomBytes } from './environment.ts';

/** A kind that a domain creates. */
export interface OwnedKind {
  readonly kind: Kind;
  /**
   * The fields its plans read, as dotted paths below the object (`status.phase`). `apiVersion`, `kind` and metadata
   * without managedFields are always kept. What is patched is compared with the plan, and has to be among them.
   * @default - the whole object is kept
   */
  readonly fields?: readonly string[];
  /** Narrows the watch. @default - every object of the kind */
  readonly labelSelector?: string;
  /** `never`: created and deleted, not patched (Pods). `patch`: a difference from the plan is patched away. */
  readonly update: 'never' | 'patch';
  /** The kind may not be served by the cluster; then it is not watched, and plans see none of it. @default false */
  readonly optional?: boolean;
  /** Never deleted by the controller, and no right to do so is asked for: it goes with its owner. @default false */
  readonly stays?: boolean;
  /**
   * Adds what chance decides and nobody may see, such as a pair of keys, to a child that is about to be created. Otherwise
   * pure. Such a kind is created and never seen: it is not watched, read or deleted, so no plan observes it, and no right to
   * read it is needed. A plan names the child until it knows that it is made. It is created before the plan's other children,
   * which follow only once it is there: one of them can therefore say so for plans to come. Its name must belong to its
   * owner's UID alone, since a name that is taken counts as made.
   * @default - children are created as planned, and watched
   */
  readonly draw?: (child: KubeObject, randomBytes: RandomBytes) => KubeObject;
}

/** Objects that a plan reads without owning them, such as the nodes its pods run on. */
export interface Lookup<T extends KubeObject = KubeObject> {
  /** Key in {@link Observed.lookups}. */
  readonly name: string;
  readonly kind: Kind;
  readonly fields?: readonly string[];
  /** Narrows the watch. @default - every object of the kind */
  readonly labelSelector?: string;
  readonly optional?: boolean;
  /** What the keys are: `namespace/name`, or the UIDs of controllers, for the children of children. @default 'name' */
  readonly by?: 'name' | 'controller';
  /** Which of them the plan needs to see, given the object, its children and what the lookups before found. Pure. */
  readonly keys: (object: T, children: readonly KubeObject[], found: Found) => readonly string[];
}

/** What lookups found, by {@link Lookup.name}. */
export type Found = Readonly<Record<string, readonly KubeObject[]>>;

/** One rule of what a domain asks of the API; the roles are generated from these. */
export interface Permission {
  readonly group: string;
  /** `pods`, or with a subresource `pods/status`. */
  readonly resource: string;
  readonly verbs: readonly ('get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'bind')[];
  /** Of these objects only. @default - all */
  readonly names?: readonly string[];
}

/** What is known of one object at one moment. */
export interface Observed<T extends KubeObject> {
  readonly object: T;
  /** Every object of an owned kind whose controller reference has this object's UID, those being deleted included. */
  readonly children: readonly KubeObject[];
  readonly lookups: Found;
}

/** A child to delete, or a child's child; the runtime fences it by UID. */
export interface Removal {
  readonly object: KubeObject;
  /** Whether it stays, on its way out, until what it controls is gone too. @default false */
  readonly foreground?: boolean;
  /** Given, it also cuts short a deletion that is under way. @default - the object's own */
  readonly gracePeriodSeconds?: number;
}

/** A merge patch of a child, for what a plan can only say of an object that is there; fenced by UID. */
export interface ChildPatch {
  readonly object: KubeObject;
  /** @default - the object itself */
  readonly subresource?: 'status';
  /** RFC 7386: `null` takes a field away. */
  readonly body: object;
}

export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning';
  /** PascalCase. */
  readonly reason: string;
  readonly message: string;
}

/** An increment of a counter that the domain declared; counted only once the plan's status is written. */
export interface PlannedCount {
  readonly counter: string;
  readonly labels: Readonly<Record<string, string>>;
  /** @default 1 */
  readonly by?: number;
}

/** Everything one look at the world leads to. */
export interface Plan {
  /** The children that should exist. Missing ones are created, differing ones patched, all at once. */
  readonly children: readonly KubeObject[];
  /**
   * Made where they are missing, without an owner: they outlive the object, and one of that name that is there already
   * will do.
   */
  readonly lasting?: readonly KubeObject[];
  /** Those of one child are made one after the other, in this order. */
  readonly patches?: readonly ChildPatch[];
  /** A child that is neither wanted nor listed here is left alone. */
  readonly remove?: readonly Removal[];
  /** Deletes the object itself (a time to live that ran out), in the foreground of nothing else. */
  readonly removeSelf?: boolean;
  /** The whole status; written once, only when it differs, after the children. Absent: untouched. */
  readonly status?: object;
  /**
   * Write the status before the children are touched: for counters that must survive a crash between two writes
   * (restarts), where writing late would lose one.
   * @default false
   */
  readonly statusFirst?: boolean;
  /** Emitted after the writes, at most once for a given state: plans emit on transitions only. */
  readonly events?: readonly PlannedEvent[];
  readonly counts?: readonly PlannedCount[];
  /** When to look again if nothing happens before: deadlines, TTLs, backoffs. */
  readonly wakeAt?: Instant;
}

/** What the API server asks before it stores an object of a kind, where the platform has a webhook. */
export interface AdmissionCheck<T extends KubeObject = KubeObject> {
  readonly kind: Kind;
  /** Objects that the answer depends on, read at the moment of the call. */
  readonly reads?: readonly { readonly kind: Kind; readonly refs: (object: T) => readonly ObjectRef[] }[];
  /** Why an object is refused, naming the field, and what its author should know. Pure. */
  validate?(
    object: T,
    previous: T | undefined,
    found: readonly KubeObject[],
  ): { readonly problems: readonly string[]; readonly warnings?: readonly string[] };
  /** The object as it is to be stored; only its spec may differ. Pure. */
  mutate?(object: T, previous: T | undefined, now: Instant): T;
}

export interface CounterSpec {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

export interface GaugeSpec {
  readonly name: string;
  readonly help: string;
}

/** The value of a gauge that the domain declared. */
export interface Sample {
  readonly gauge: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a domain hands to the runtime: data, and one pure function. */
export interface Domain<T extends KubeObject = KubeObject> {
  readonly kind: Kind;
  readonly owns: readonly OwnedKind[];
  readonly reads?: readonly Lookup<T>[];
  /** Exactly what it reads and writes; collected into the generated roles. */
  readonly permissions: readonly Permission[];
  readonly counters?: readonly CounterSpec[];
  readonly gauges?: readonly GaugeSpec[];
  /** Gauges that are read off an object whenever metrics are asked for, and are gone with it. Pure. */
  samples?(object: T): readonly Sample[];
  /** Pure: same input, same plan. Throws only for an object that no plan can be made for; that object alone fails. */
  plan(observed: Observed<T>, now: Instant): Plan;
  /** Says why an object is refused at admission, naming the field, or nothing. Pure; for what CEL cannot say. */
  validate?(object: T, previous?: T): readonly string[];
  /** Further checks at admission, also for kinds that the domain only reads. */
  readonly admission?: readonly AdmissionCheck[];
}
