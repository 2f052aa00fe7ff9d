import type * as z from 'zod';
import { apiVersionOf, type Kind, type KubeObject } from './kube.ts';
import type { CelRule } from './schema.ts';
import { type StructuralSchema, toStructural } from './structural.ts';
import { lostFields } from './versions.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  /** Columns above 0 show only with `-o wide`. @default 0 */
  readonly priority?: number;
}

export interface ScaleSubresource {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** All that a CustomResourceDefinition says about one kind in one version. */
export interface ResourceDefinition {
  readonly kind: Kind;
  readonly spec: z.ZodType;
  readonly status?: z.ZodType;
  /** Rules over the whole object; they may read `self.metadata.name`. */
  readonly rules?: readonly CelRule[];
  readonly columns?: readonly PrinterColumn[];
  readonly scale?: ScaleSubresource;
  /** @default none */
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Other versions of the same objects. @default none */
  readonly versions?: readonly FurtherVersion[];
}

/**
 * A further version in which a kind is served. Versions differ in defaults, rules and columns only: the apiserver turns
 * one into the other by changing `apiVersion`, and drops what the other's schema does not know.
 */
export interface FurtherVersion {
  readonly version: string;
  readonly spec: z.ZodType;
  readonly columns?: readonly PrinterColumn[];
  /** Objects are kept in this version. @default false, in the definition's own */
  readonly stored?: boolean;
}

export interface CustomResourceDefinition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly scope: 'Namespaced' | 'Cluster';
    /** Present when there are several versions. */
    readonly conversion?: { readonly strategy: 'None' };
    /** The definition's own version first. */
    readonly versions: readonly CustomResourceVersion[];
  };
}

export interface CustomResourceVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
  readonly subresources: Readonly<Record<string, unknown>>;
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
}

/** The manifest that teaches a cluster this kind. Apply it server-side. */
export function crdOf(definition: ResourceDefinition): CustomResourceDefinition {
  const { kind } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${kind.group}` },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        ...(definition.shortNames ? { shortNames: definition.shortNames } : {}),
        ...(definition.categories ? { categories: definition.categories } : {}),
      },
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      ...versionsOf(definition),
    },
  };
}

/** Whether an object is of this kind, in any of the versions it is served in. */
export function isServed({ kind, versions = [] }: ResourceDefinition, object: KubeObject): boolean {
  const served = [kind.version, ...versions.map(({ version }) => version)];
  return (
    object.kind === kind.kind && served.some((version) => object.apiVersion === apiVersionOf({ ...kind, version }))
  );
}

/** The schema of the version that an object is written in. */
export function schemaOf(definition: ResourceDefinition, { apiVersion }: KubeObject): StructuralSchema | undefined {
  const { group } = definition.kind;
  const { versions } = crdOf(definition).spec;
  return versions.find(({ name }) => apiVersionOf({ group, version: name }) === apiVersion)?.schema.openAPIV3Schema;
}

/** An object as it is read in the definition's own version, the one that controllers watch. */
export const inOwnVersion = ({ kind }: ResourceDefinition, object: KubeObject): KubeObject => ({
  ...object,
  apiVersion: apiVersionOf(kind),
});

function versionsOf(definition: ResourceDefinition): Pick<CustomResourceDefinition['spec'], 'conversion' | 'versions'> {
  const { kind, versions: further = [] } = definition;
  const storedElsewhere = further.some(({ stored }) => stored);
  const own = versionOf(definition, kind.version, !storedElsewhere);
  if (further.length === 0) return { versions: [own] };
  const others = further.map(({ version, spec, columns, stored = false }) =>
    versionOf({ ...definition, spec, ...(columns && { columns }) }, version, stored),
  );
  for (const other of others) refuseLoss(kind, own, other);
  return { conversion: { strategy: 'None' }, versions: [own, ...others] };
}

function versionOf(definition: ResourceDefinition, name: string, storage: boolean): CustomResourceVersion {
  return {
    name,
    served: true,
    storage,
    ...(definition.columns ? { additionalPrinterColumns: definition.columns } : {}),
    schema: { openAPIV3Schema: rootOf(definition) },
    subresources: {
      ...(definition.status ? { status: {} } : {}),
      ...(definition.scale ? { scale: definition.scale } : {}),
    },
  };
}

/** A field that one version lacks would be lost by whoever writes through that version. */
function refuseLoss(kind: Kind, own: CustomResourceVersion, other: CustomResourceVersion): void {
  for (const [from, to] of [
    [own, other],
    [other, own],
  ] as const) {
    const lost = lostFields(from.schema.openAPIV3Schema, to.schema.openAPIV3Schema);
    if (lost.length === 0) continue;
    throw new Error(
      `${kind.kind} ${from.name} cannot be served as ${to.name} without a conversion webhook: it would lose ${lost.join(', ')}; give both versions these fields`,
    );
  }
}

function rootOf(definition: ResourceDefinition): StructuralSchema {
  return {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: toStructural(definition.spec, 'spec'),
      ...(definition.status ? { status: toStructural(definition.status, 'status') } : {}),
    },
    ...(definition.rules ? { 'x-kubernetes-validations': definition.rules } : {}),
  };
}
