import { inOwnVersion, isServed, type ResourceDefinition, schemaOf } from '../../api/crd.ts';
import { apiVersionOf, type KubeObject } from '../../api/kube.ts';
import { type CompiledStructural, compileStructural } from '../../embedded/structural/index.ts';
import type { Domain } from '../../runtime/domain.ts';
import type { Instant } from '../../runtime/environment.ts';
import { rehearse } from './rehearsal.ts';
import type { ObjectPreview } from './report.ts';

/** Rehearses every object that one of the domains acts on; the others are counted. */
export function previewAll(
  objects: readonly KubeObject[],
  domains: readonly Domain[],
  definitions: readonly ResourceDefinition[],
  now: Instant,
): { readonly previews: ObjectPreview[]; readonly skipped: number } {
  const judges = new Map<string, CompiledStructural | undefined>();
  const previews = objects.flatMap((object) => {
    const definition = definitions.find((each) => isServed(each, object));
    const watched = definition ? inOwnVersion(definition, object) : object;
    const domain = domains.find(({ kind }) => isOf(watched, kind));
    if (!domain) return [];
    const id = `${object.apiVersion} ${object.kind}`;
    if (definition && !judges.has(id)) judges.set(id, judgeOf(definition, object));
    return [previewOf(object, domain, judges.get(id), now)];
  });
  return { previews, skipped: objects.length - previews.length };
}

function judgeOf(definition: ResourceDefinition, object: KubeObject): CompiledStructural | undefined {
  const { kind, scale } = definition;
  const schema = schemaOf(definition, object);
  return schema && compileStructural(schema, { kind, ...(scale && { scale }) });
}

function previewOf(
  object: KubeObject,
  domain: Domain,
  judge: CompiledStructural | undefined,
  now: Instant,
): ObjectPreview {
  const { stored, problems } = judge ? admitted(object, judge) : { stored: object, problems: [] };
  if (problems.length === 0) problems.push(...(domain.validate?.(stored) ?? []));
  const watched = { ...stored, apiVersion: apiVersionOf(domain.kind) };
  return { object, problems, acts: problems.length > 0 ? [] : rehearse(domain, watched, now) };
}

/** What an API server would store, and why it would not; unknown fields count, as they do for kubectl. */
function admitted(object: KubeObject, judge: CompiledStructural): { stored: KubeObject; problems: string[] } {
  const pruned = judge.prune(object);
  const stored = judge.applyDefaults(pruned.object);
  const problems = [
    ...pruned.unknown.map((path) => `unknown field "${path}"`),
    ...judge.validate(stored).map(({ field, message }) => `${field}: ${message}`),
  ];
  return { stored, problems };
}

function isOf(object: KubeObject, kind: ResourceDefinition['kind']): boolean {
  return object.kind === kind.kind && object.apiVersion === apiVersionOf(kind);
}
