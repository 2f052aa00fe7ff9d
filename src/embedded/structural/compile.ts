import type { ScaleSubresource } from '../../api/crd.ts';
import type { Kind, KubeObject } from '../../api/kube.ts';
import type { StructuralSchema } from '../../api/structural.ts';
import type { FieldError } from '../strategy.ts';
import { accepts } from './accepts.ts';
import { compileRules, type RuleTree } from './cel/rules.ts';
import { Correlation } from './correlation.ts';
import { withDefaults } from './defaults.ts';
import { explain } from './explain.ts';
import { blocksRules, RULES_NOT_CHECKED } from './field-errors.ts';
import { duplicates } from './list-types.ts';
import { embeddedErrors } from './metadata.ts';
import { type Pruned, pruneObject } from './prune.ts';
import { scaleErrors } from './scale.ts';
import { rootNode, type SchemaNode } from './schema-node.ts';

export interface StructuralOptions {
  readonly kind: Pick<Kind, 'kind' | 'version'>;
  readonly scale?: ScaleSubresource;
}

/** A CRD's schema, read once, that treats custom resources as kube-apiserver does. All methods are pure. */
export interface CompiledStructural {
  /**
   * Drops what the schema does not know. `unknown` names what was dropped, for {@link strictDecodingError}.
   * @throws ApiError 400 when metadata has a field of the wrong type
   */
  prune<T extends KubeObject>(object: T): Pruned<T>;
  /** Fills in defaults. To be called on pruned objects. */
  applyDefaults<T extends KubeObject>(object: T): T;
  /**
   * Everything that is wrong with a pruned and defaulted object; with `old`, only what the update may be blamed for.
   * `earlier` are errors in its metadata; they come first in the answer, and may keep rules from being evaluated.
   */
  validate(object: KubeObject, old?: KubeObject, earlier?: readonly FieldError[]): readonly FieldError[];
  /** The same for a write to `/status`, which has put everything else back already. */
  validateStatus(object: KubeObject, old: KubeObject, earlier?: readonly FieldError[]): readonly FieldError[];
}

/**
 * Reads the schema of one version of a CustomResourceDefinition.
 * @throws ApiError 501 when it holds a rule that this implementation cannot evaluate, naming the rule
 */
export function compileStructural(schema: StructuralSchema, options: StructuralOptions): CompiledStructural {
  return new Compiled(schema, options);
}

interface ReadSchema {
  readonly root: SchemaNode;
  readonly rules: RuleTree | undefined;
}

const schemas = new WeakMap<StructuralSchema, ReadSchema>();

/** Schemas are never modified, and many simulated clusters share one. */
function read(schema: StructuralSchema): ReadSchema {
  let known = schemas.get(schema);
  if (!known) {
    const root = rootNode(schema);
    known = { root, rules: compileRules(root) };
    schemas.set(schema, known);
  }
  return known;
}

class Compiled implements CompiledStructural {
  private readonly root: SchemaNode;
  private readonly rules: RuleTree | undefined;
  private readonly options: StructuralOptions;

  constructor(schema: StructuralSchema, options: StructuralOptions) {
    const { root, rules } = read(schema);
    this.root = root;
    this.rules = rules;
    this.options = options;
  }

  prune<T extends KubeObject>(object: T): Pruned<T> {
    return pruneObject(object, this.root, this.options.kind);
  }

  applyDefaults<T extends KubeObject>(object: T): T {
    return withDefaults(object, this.root) as T;
  }

  validate(object: KubeObject, old?: KubeObject, earlier: readonly FieldError[] = []): readonly FieldError[] {
    const correlation = old && new Correlation(object, old, this.root);
    const errors = [...earlier];
    if (!accepts(object, this.root)) errors.push(...explain(object, this.root, correlation));
    errors.push(...scaleErrors(object, this.options.scale, false));
    return this.beyondSchema(object, old, correlation, errors);
  }

  validateStatus(object: KubeObject, old: KubeObject, earlier: readonly FieldError[] = []): readonly FieldError[] {
    const correlation = new Correlation(object, old, this.root);
    const errors = [...earlier];
    const node = this.root.properties.get('status');
    if (node && object.status !== undefined && !accepts(object.status, node)) {
      errors.push(...explain(object.status, node, correlation.key('status'), 'status'));
    }
    errors.push(...scaleErrors(object, this.options.scale, true));
    return this.beyondSchema(object, old, correlation, errors);
  }

  private beyondSchema(
    object: KubeObject,
    old: KubeObject | undefined,
    correlation: Correlation | undefined,
    errors: FieldError[],
  ): readonly FieldError[] {
    errors.push(...embeddedErrors(object, this.root.embedded ? { ...this.root, embedded: false } : this.root));
    const repeated = duplicates(object, this.root);
    if (repeated.length > 0 && (!old || duplicates(old, this.root).length === 0)) errors.push(...repeated);
    if (!this.rules) return errors;
    if (errors.some(blocksRules)) return [...errors, RULES_NOT_CHECKED];
    errors.push(...this.rules.evaluate(object, old, correlation));
    return errors;
  }
}
