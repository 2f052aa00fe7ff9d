import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { CustomResourceDefinition } from '../../../src/api/crd.ts';
import type { SchemaCase } from './crds.ts';

/** The CRDs that this repository ships. */
export function publishedCases(): SchemaCase[] {
  return readdirSync('crds')
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => casesOf(readFileSync(`crds/${file}`, 'utf8'), 'own'));
}

/** A case for each CRD in a YAML text; its newest version. */
export function casesOf(yaml: string, prefix: string): SchemaCase[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJS() as CustomResourceDefinition | null)
    .filter((crd): crd is CustomResourceDefinition => crd?.kind === 'CustomResourceDefinition')
    .map((crd) => {
      const version = crd.spec.versions.find(({ storage }) => storage) ?? crd.spec.versions[0]!;
      return {
        name: `${prefix}${String(crd.spec.names.plural)}`,
        schema: version.schema.openAPIV3Schema,
        statusSubresource: version.subresources?.status !== undefined,
        ...(version.subresources?.scale
          ? { scale: version.subresources.scale as NonNullable<SchemaCase['scale']> }
          : {}),
      };
    });
}
