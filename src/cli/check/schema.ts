import { crdOf, type ResourceDefinition } from '../../api/crd.ts';
import type { KubeObject } from '../../api/kube.ts';
import type { StructuralSchema } from '../../api/structural.ts';
import { admission, type ServedSchema, ServedSchemas } from '../served-schemas.ts';
import { type Finding, finding } from './codes.ts';
import { suggestion } from './suggest.ts';

/** An object as an API server would store it, and why it would not. */
export interface Judged {
  readonly stored: KubeObject;
  readonly findings: readonly Finding[];
}

/** Judges custom resources by the schemas and rules of their CRDs. */
export class SchemaCheck {
  readonly #definitions: readonly ResourceDefinition[];
  readonly #schemas = new ServedSchemas();

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
    const found = this.#schemas.of(definition, object);
    return found ? judged(object, found) : unknownVersion(object, definition);
  }
}

function judged(object: KubeObject, served: ServedSchema): Judged {
  const { stored, unknown, invalid } = admission(object, served);
  return {
    stored,
    findings: [
      ...unknown.map((path) => unknownField(path, served.schema)),
      ...invalid.map(({ field, message }) => finding('invalid-field', field, message)),
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
