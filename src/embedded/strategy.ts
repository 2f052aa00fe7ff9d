import type { KubeObject } from '../api/kube.ts';
import type { Instant } from '../runtime/environment.ts';

/** What is wrong with one field, in the words of kube-apiserver. */
export interface FieldError {
  /** `spec.containers[0].name`. */
  readonly field: string;
  /** `FieldValueRequired`, `FieldValueInvalid`, ... */
  readonly reason: string;
  /** `Required value: ...`, without the field. */
  readonly message: string;
}

export interface StrategyContext {
  readonly now: Instant;
  /** A number in [0, 1). */
  random(): number;
}

/**
 * What is particular to one kind when it is written. Everything is pure, and an object handed in is never modified.
 * What every kind shares (metadata, versions, deletion) is the server's business.
 */
export interface Strategy {
  /**
   * Takes an object as a client sent it to the shape that is stored: unknown fields dropped, defaults filled in.
   * `unknown` are paths that were dropped.
   */
  decode?(object: KubeObject): { readonly object: KubeObject; readonly unknown: readonly string[] };
  /** Fields the server decides about at creation: status is emptied, defaults that need chance are drawn. */
  prepareForCreate?(object: KubeObject, context: StrategyContext): KubeObject;
  /** Fields that an update of the main resource may not touch are put back. */
  prepareForUpdate?(next: KubeObject, previous: KubeObject, context: StrategyContext): KubeObject;
  /** The same for `/status`; the server has put everything but status back already. */
  prepareForStatusUpdate?(next: KubeObject, previous: KubeObject, context: StrategyContext): KubeObject;
  /**
   * Everything wrong with an object, `earlier` errors (those of its metadata) first; `previous` for updates.
   * @default - nothing but its metadata
   */
  validate?(next: KubeObject, previous: KubeObject | undefined, earlier: readonly FieldError[]): readonly FieldError[];
  /** The same for a write to `/status`. @default - nothing but its metadata */
  validateStatus?(next: KubeObject, previous: KubeObject, earlier: readonly FieldError[]): readonly FieldError[];
  /** Whether names follow DNS-1123 subdomains (default), labels, or something else: why a name is refused. */
  validateName?(name: string): readonly string[];
  /** Seconds between the wish to delete and the deletion; undefined: the object goes at once. */
  gracePeriodSeconds?(object: KubeObject, requested: number | undefined): number | undefined;
  /** What holds an object besides its finalizers. */
  isHeld?(object: KubeObject): boolean;
  /** The object once its deletion was asked for, when finalizers or a grace period keep it. */
  prepareForDelete?(object: KubeObject, context: StrategyContext): KubeObject;
  /** A deletion that says nothing of dependents leaves them alone. */
  readonly orphansByDefault?: boolean;
  /** Objects of this kind count a generation when this part of them changes. */
  readonly generation?: 'spec' | 'all-but-metadata-and-status';
}
