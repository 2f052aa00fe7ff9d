import { inOwnVersion, isServed, type ResourceDefinition, schemaOf } from '../../api/crd.ts';
import { apiVersionOf, type KubeObject } from '../../api/kube.ts';
import { SHIPPED_RUNTIMES } from '../../api/shipped-runtimes.ts';
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
  // The user's own replace what is shipped under their name.
  const own = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const shipped = SHIPPED_RUNTIMES.filter(({ kind, metadata }) => !own.has(`${kind} ${metadata.name}`));
  const world = [...shipped, ...objects];
  const previews = objects.flatMap((object) => {
    const definition = definitions.find((each) => isServed(each, object));
    const watched = definition ? inOwnVersion(definition, object) : object;
    const domain = domains.find(({ kind }) => isOf(watched, kind));
    if (!domain) return [];
    const id = `${object.apiVersion} ${object.kind}`;
    if (definition && !judges.has(id)) judges.set(id, judgeOf(definition, object));
    const preview = previewOf(object, domain, judges.get(id), now, world);
    return [preview, ...followed(preview, domains, now, world)];
  });
  const written = previews.filter(({ from }) => from === undefined).length;
  return { previews, skipped: objects.length - written };
}

/** What becomes of the children that a domain acts on in turn, such as the JobSet of a TrainJob. */
function followed(
  { object, acts }: ObjectPreview,
  domains: readonly Domain[],
  now: Instant,
  world: readonly KubeObject[],
): ObjectPreview[] {
  const from = `${object.kind} ${object.metadata.name}`;
  return acts
    .flatMap(({ creates }) => creates)
    .flatMap((child) => {
      const domain = domains.find(({ kind }) => isOf(child, kind));
      return domain ? [{ object: child, from, problems: [], acts: rehearse(domain, child, now, world) }] : [];
    });
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
  world: readonly KubeObject[],
): ObjectPreview {
  const { stored, problems } = judge ? admitted(object, judge) : { stored: object, problems: [] };
  if (problems.length === 0) problems.push(...(domain.validate?.(stored) ?? []));
  const watched = { ...stored, apiVersion: apiVersionOf(domain.kind) };
  return { object, problems, acts: problems.length > 0 ? [] : rehearse(domain, watched, now, world) };
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
