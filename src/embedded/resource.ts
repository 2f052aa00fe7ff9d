import type { PrinterColumn, ScaleSubresource } from '../api/crd.ts';
import type { Kind, KubeObject } from '../api/kube.ts';
import type { MergeSchema } from './patch/merge-schema.ts';
import type { Strategy } from './strategy.ts';

/** One resource in one version, as a server serves it. */
export interface Resource {
  readonly kind: Kind;
  /** Versions of one resource share a table; so do the two faces of Event. */
  readonly table: string;
  readonly singular: string;
  /** @default `<Kind>List` */
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly columns?: readonly PrinterColumn[];
  /** `/status` is a resource of its own, and the main resource cannot change it. */
  readonly statusSubresource: boolean;
  readonly scale?: ScaleSubresource;
  /** Defined by a CustomResourceDefinition: updates must name the version they are based on. */
  readonly custom: boolean;
  /** An update of what is not there creates it. */
  readonly createOnUpdate?: boolean;
  /** An update without a resourceVersion is accepted. @default false for custom resources, else true */
  readonly unconditionalUpdate?: boolean;
  readonly mergeSchema: MergeSchema;
  readonly strategy: Strategy;
  /** Selectable fields beyond metadata.name and metadata.namespace, by path. */
  readonly selectableFields?: readonly SelectableField[];
  /** For versions other than the one stored. Pure. */
  readonly conversion?: Conversion;
  /** A successful deletion answers with the object, not with a Status. */
  readonly returnsDeleted?: boolean;
}

export interface SelectableField {
  readonly label: string;
  readonly value: (object: KubeObject) => string;
}

export interface Conversion {
  toStored(object: KubeObject): KubeObject;
  fromStored(object: KubeObject): KubeObject;
}

/** `group/plural`; the core group's name is empty. */
export const resourceId = (kind: Pick<Kind, 'group' | 'plural'>): string => `${kind.group}/${kind.plural}`;
