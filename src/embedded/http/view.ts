import { apiVersionOf, type KubeObject } from '../../api/kube.ts';
import type { ListResult } from '../list.ts';
import type { Resource } from '../resource.ts';
import type { Form } from './media-type.ts';
import { type IncludedObject, metadataOf, tableOf } from './table/table.ts';

const INCLUDED: readonly IncludedObject[] = ['None', 'Metadata', 'Object'];

/** How one request wants to see objects of a resource. */
export class View {
  readonly #resource: Resource;
  readonly #form: Form;
  readonly #includeObject: IncludedObject;
  readonly #now: () => number;
  #told = false;

  constructor(resource: Resource, form: Form, query: URLSearchParams, now: () => number) {
    this.#resource = resource;
    this.#form = form;
    this.#includeObject = INCLUDED.find((known) => known === query.get('includeObject')) ?? 'Metadata';
    this.#now = now;
  }

  object(object: KubeObject): unknown {
    if (this.#form === 'object' || object.kind === 'Status') return object;
    if (this.#form === 'metadata') return metadataOf(object);
    const { resourceVersion } = object.metadata;
    return this.#table([object], { ...(resourceVersion && { resourceVersion }) }, true);
  }

  list({ items, resourceVersion, continue: next, remainingItemCount }: ListResult): unknown {
    const metadata = {
      resourceVersion,
      ...(next && { continue: next }),
      ...(remainingItemCount !== undefined && { remainingItemCount }),
    };
    if (this.#form === 'table') return this.#table(items, metadata, true);
    if (this.#form === 'metadata') {
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items: items.map(metadataOf),
      };
    }
    const { kind, listKind = `${kind.kind}List`, custom } = this.#resource;
    return {
      kind: listKind,
      apiVersion: apiVersionOf(kind),
      metadata,
      items: custom ? items : items.map(untyped),
    };
  }

  /** In a watch, the columns are told once. */
  watched(object: KubeObject, isBookmark: boolean): unknown {
    if (this.#form !== 'table') return this.object(object);
    const { resourceVersion = '' } = object.metadata;
    const table = this.#table(isBookmark ? [] : [object], { resourceVersion }, !this.#told);
    this.#told = true;
    return table;
  }

  #table(objects: readonly KubeObject[], metadata: object, headers: boolean): object {
    const options = { includeObject: this.#includeObject, headers, now: this.#now() };
    return tableOf(this.#resource, objects, metadata, options);
  }
}

/** In lists of Kubernetes' own kinds, the list says what its items are. */
function untyped(object: KubeObject): object {
  const { apiVersion: _, kind: __, ...rest } = object;
  return rest;
}
