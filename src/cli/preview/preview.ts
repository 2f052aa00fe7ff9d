import type * as z from 'zod';
import { apiVersionOf, type KubeObject } from '../../api/kube.ts';
import type { Domain } from '../../runtime/domain.ts';
import type { Instant } from '../../runtime/environment.ts';
import { rehearse } from './rehearsal.ts';
import type { ObjectPreview } from './report.ts';

/** Schema of a kind's spec, as far as it is known. */
export interface KnownSchema {
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly spec: z.ZodType;
}

/** Rehearses every object that one of the domains acts on; the others are counted. */
export function previewAll(
  objects: readonly KubeObject[],
  domains: readonly Domain[],
  schemas: readonly KnownSchema[],
  now: Instant,
): { readonly previews: ObjectPreview[]; readonly skipped: number } {
  const previews = objects.flatMap((object) => {
    const domain = domains.find(({ kind }) => isOf(object, kind));
    return domain ? [previewOf(object, domain, schemas, now)] : [];
  });
  return { previews, skipped: objects.length - previews.length };
}

function previewOf(object: KubeObject, domain: Domain, schemas: readonly KnownSchema[], now: Instant): ObjectPreview {
  const schema = schemas.find(({ kind }) => isOf(object, kind));
  const problems = schema ? schemaProblems(schema.spec, object.spec) : [];
  if (problems.length === 0) problems.push(...(domain.validate?.(object) ?? []));
  return { object, problems, acts: problems.length > 0 ? [] : rehearse(domain, object, now) };
}

function schemaProblems(schema: z.ZodType, spec: unknown): string[] {
  const result = schema.safeParse(spec);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${['spec', ...path].join('.')}: ${message}`);
}

function isOf(object: KubeObject, kind: KnownSchema['kind']): boolean {
  return object.kind === kind.kind && object.apiVersion === apiVersionOf(kind);
}
