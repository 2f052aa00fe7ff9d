import type { CustomResourceDefinition, CustomResourceVersion, PrinterColumn } from '../api/crd.ts';
import type { Kind, KubeObject } from '../api/kube.ts';
import { namesOf } from './builtin/custom-resource-definition.ts';
import { notImplemented } from './errors.ts';
import { mergeSchemaOf } from './patch/index.ts';
import { type Resource, resourceId, type SelectableField } from './resource.ts';
import type { Strategy } from './strategy.ts';
import { type CompiledStructural, compileStructural } from './structural/index.ts';

interface Version extends CustomResourceVersion {
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

/**
 * The resources that a CustomResourceDefinition asks for, one for each version that is served.
 * @throws ApiError 501 for a rule that cannot be evaluated, or a conversion by webhook
 */
export function customResources(crd: CustomResourceDefinition): readonly Resource[] {
  const { conversion } = crd.spec as { readonly conversion?: { readonly strategy?: string } };
  if (conversion?.strategy === 'Webhook') throw notImplemented('CustomResourceDefinitions converted by a webhook');
  const stored = crd.spec.versions.find(({ storage }) => storage);
  return crd.spec.versions
    .filter(({ served }) => served)
    .map((version) => customResource(crd, version, stored?.name ?? version.name));
}

function customResource(crd: CustomResourceDefinition, version: Version, storedVersion: string): Resource {
  const { group, scope } = crd.spec;
  const { kind: name, plural, singular = name.toLowerCase(), listKind, shortNames, categories } = namesOf(crd);
  const kind: Kind = { group, version: version.name, kind: name, plural, namespaced: scope === 'Namespaced' };
  const { openAPIV3Schema } = version.schema;
  const { scale, status } = version.subresources ?? {};
  const scaled = scale as Resource['scale'];
  const compiled = compileStructural(openAPIV3Schema, { kind, ...(scaled && { scale: scaled }) });
  const convert = (to: string) => (object: KubeObject) => ({ ...object, apiVersion: `${group}/${to}` });
  return {
    kind,
    table: resourceId(kind),
    singular,
    ...(listKind && { listKind }),
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
    columns: version.additionalPrinterColumns ?? [AGE],
    statusSubresource: status !== undefined,
    ...(scaled && { scale: scaled }),
    custom: true,
    mergeSchema: mergeSchemaOf(openAPIV3Schema),
    strategy: customStrategy(compiled, status !== undefined),
    selectableFields: (version.selectableFields ?? []).map(selectableField),
    ...(version.name !== storedVersion && {
      conversion: { toStored: convert(storedVersion), fromStored: convert(version.name) },
    }),
  };
}

const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

function selectableField({ jsonPath }: { readonly jsonPath: string }): SelectableField {
  const path = jsonPath.replace(/^\./, '').split('.');
  return {
    label: path.join('.'),
    value: (object) => {
      const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
      return value === undefined || value === null ? '' : String(value);
    },
  };
}

function customStrategy(compiled: CompiledStructural, statusSubresource: boolean): Strategy {
  return {
    decode: (object) => {
      const pruned = compiled.prune(object);
      return { object: compiled.applyDefaults(pruned.object), unknown: pruned.unknown };
    },
    prepareForCreate: (object) => {
      if (!statusSubresource) return object;
      const { status: _, ...rest } = object;
      return rest;
    },
    validate: (next, previous, earlier) => compiled.validate(next, previous, earlier),
    validateStatus: (next, previous, earlier) => compiled.validateStatus(next, previous, earlier),
    generation: 'all-but-metadata-and-status',
  };
}
