import { type ResourceDefinition, schemaOf } from '../api/crd.ts';
import type { KubeObject } from '../api/kube.ts';
import type { StructuralSchema } from '../api/structural.ts';
import { type CompiledStructural, compileStructural } from '../embedded/structural/index.ts';

/** What one served version of a kind is judged by. */
export interface ServedSchema {
  readonly schema: StructuralSchema;
  readonly judge: CompiledStructural;
}

/** The schemas of served versions, each compiled once. */
export class ServedSchemas {
  readonly #known = new Map<string, ServedSchema>();

  /** Undefined where the object's version is not served. */
  of(definition: ResourceDefinition, object: KubeObject): ServedSchema | undefined {
    const key = `${object.kind} ${object.apiVersion}`;
    const known = this.#known.get(key);
    if (known) return known;
    const schema = schemaOf(definition, object);
    if (!schema) return undefined;
    const { kind, scale } = definition;
    const compiled = { schema, judge: compileStructural(schema, { kind, ...(scale && { scale }) }) };
    this.#known.set(key, compiled);
    return compiled;
  }
}

/** What an API server would store, and why it would not; unknown fields count, as they do for kubectl. */
export function admission(object: KubeObject, { judge }: ServedSchema) {
  const { object: pruned, unknown } = judge.prune(object);
  const stored = judge.applyDefaults(pruned);
  return { stored, unknown, invalid: judge.validate(stored) };
}
