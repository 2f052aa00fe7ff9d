import { inOwnVersion, isServed, type ResourceDefinition } from '../../api/crd.ts';
import { apiVersionOf, isOf, type KubeObject } from '../../api/kube.ts';
import { KNOWN_RUNTIMES } from '../../api/optional-runtimes.ts';
import type { Domain } from '../../runtime/domain.ts';
import type { Instant } from '../../runtime/environment.ts';
import { admission, type ServedSchema, ServedSchemas } from '../served-schemas.ts';
import { rehearse } from './rehearsal.ts';
import type { ObjectPreview } from './report.ts';

/** Rehearses every object that one of the domains acts on; the others are counted. */
export function previewAll(
  objects: readonly KubeObject[],
  domains: readonly Domain[],
  definitions: readonly ResourceDefinition[],
  now: Instant,
): { readonly previews: ObjectPreview[]; readonly skipped: number } {
  const schemas = new ServedSchemas();
  // The user's own replace what is shipped under their name.
  const own = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const shipped = KNOWN_RUNTIMES.filter(({ kind, metadata }) => !own.has(`${kind} ${metadata.name}`));
  const world = [...shipped, ...objects];
  const previews = objects.flatMap((object) => {
    const definition = definitions.find((each) => isServed(each, object));
    const watched = definition ? inOwnVersion(definition, object) : object;
    const domain = domains.find(({ kind }) => isOf(kind, watched));
    if (!domain) return [];
    const preview = previewOf(object, domain, definition && schemas.of(definition, object), now, world);
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
      const domain = domains.find(({ kind }) => isOf(kind, child));
      return domain ? [{ object: child, from, problems: [], acts: rehearse(domain, child, now, world) }] : [];
    });
}

function previewOf(
  object: KubeObject,
  domain: Domain,
  schema: ServedSchema | undefined,
  now: Instant,
  world: readonly KubeObject[],
): ObjectPreview {
  const { stored, problems } = schema ? admitted(object, schema) : { stored: object, problems: [] };
  if (problems.length === 0) problems.push(...(domain.validate?.(stored) ?? []));
  const watched = { ...stored, apiVersion: apiVersionOf(domain.kind) };
  return { object, problems, acts: problems.length > 0 ? [] : rehearse(domain, watched, now, world) };
}

function admitted(object: KubeObject, schema: ServedSchema): { stored: KubeObject; problems: string[] } {
  const { stored, unknown, invalid } = admission(object, schema);
  const problems = [
    ...unknown.map((path) => `unknown field "${path}"`),
    ...invalid.map(({ field, message }) => `${field}: ${message}`),
  ];
  return { stored, problems };
}
