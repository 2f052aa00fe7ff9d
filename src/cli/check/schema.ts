import { crdOf, type ResourceDefinition, schemaOf } from '../../api/crd.ts';
import type { KubeObject } from '../../api/kube.ts';
import type { StructuralSchema } from '../../api/structural.ts';
import { type CompiledStructural, compileStructural } from '../../embedded/structural/index.ts';
import { type Finding, finding } from './codes.ts';
import { suggestion } from './suggest.ts';

/** An object as an API server would store it, and why it would not. */
export interface Judged {
  readonly stored: KubeObject;
  readonly findings: readonly Finding[];
}

interface Version {
  readonly schema: StructuralSchema;
  readonly judge: CompiledStructural;
}

/** Judges custom resources by the schemas and rules of their CRDs. */
export class SchemaCheck {
  readonly #definitions: readonly ResourceDefinition[];
  readonly #versions = new Map<string, Version>();

  constructor(definitions: readonly ResourceDefinition[]) {
    this.#definitions = definitions;
  }

  /** Undefined for kinds that are not ours. */
  judge(object: KubeObject): Judged | undefined {
    const [group = ''] = object.apiVersion.split('/');
    const kinds = this.#definitions.filter(({ kind }) => kind.group === group);
    if (kinds.length === 0) return undefined;
    const definition = kinds.find(({ kind }) => kind.kind === object.kind);
    if (!definition) return unknownKind(object, kinds);
    const found = this.#versionOf(definition, object);
    return found ? judged(object, found) : unknownVersion(object, definition);
  }

  #versionOf(definition: ResourceDefinition, object: KubeObject): Version | undefined {
    const key = `${object.kind} ${object.apiVersion}`;
    const known = this.#versions.get(key);
    if (known) return known;
    const schema = schemaOf(definition, object);
    if (!schema) return undefined;
    const { kind, scale } = definition;
    const judge = compileStructural(schema, { kind, ...(scale && { scale }) });
    this.#versions.set(key, { schema, judge });
    return { schema, judge };
  }
}

function judged(object: KubeObject, { schema, judge }: Version): Judged {
  const pruned = judge.prune(object);
  const stored = judge.applyDefaults(pruned.object);
  return {
    stored,
    findings: [
      ...pruned.unknown.map((path) => unknownField(path, schema)),
      ...judge.validate(stored).map(({ field, message }) => finding('invalid-field', field, message)),
    ],
  };
}

function unknownField(path: string, schema: StructuralSchema): Finding {
  const steps = path.split(/\.|(?=\[)/).filter((step) => step !== '');
  const written = steps.at(-1) ?? path;
  const parent = schemaAt(schema, steps.slice(0, -1));
  return finding(
    'unknown-field',
    path,
    `there is no such field: ${suggestion(written, Object.keys(parent?.properties ?? {}))}`,
  );
}

function schemaAt(schema: StructuralSchema, steps: readonly string[]): StructuralSchema | undefined {
  return steps.reduce<StructuralSchema | undefined>(
    (node, step) => (step.startsWith('[') ? node?.items : (node?.properties?.[step] ?? node?.additionalProperties)),
    schema,
  );
}

function unknownKind(object: KubeObject, kinds: readonly ResourceDefinition[]): Judged {
  const names = kinds.map(({ kind }) => kind.kind);
  const mend = suggestion(object.kind, names);
  const message = `the platform serves no ${object.kind}: ${mend === 'remove it' ? `it serves ${names.join(', ')}` : mend}`;
  return { stored: object, findings: [finding('unknown-kind', 'kind', message)] };
}

function unknownVersion(object: KubeObject, definition: ResourceDefinition): Judged {
  const versions = crdOf(definition).spec.versions.map(({ name }) => `${definition.kind.group}/${name}`);
  const message = `the platform serves no ${object.kind} of ${object.apiVersion}: write ${versions.join(' or ')}`;
  return { stored: object, findings: [finding('unknown-kind', 'apiVersion', message)] };
}
