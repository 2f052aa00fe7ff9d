import type * as z from 'zod';
import type { Kind, KubeObject } from './kube.ts';
import type { CelRule } from './schema.ts';
import { type StructuralSchema, toStructural } from './structural.ts';

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
}

export interface CustomResourceDefinition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly scope: 'Namespaced' | 'Cluster';
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
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          ...(definition.columns ? { additionalPrinterColumns: definition.columns } : {}),
          schema: { openAPIV3Schema: rootOf(definition) },
          subresources: {
            ...(definition.status ? { status: {} } : {}),
            ...(definition.scale ? { scale: definition.scale } : {}),
          },
        },
      ],
    },
  };
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
