import type { Kind } from '../api/kube.ts';
import { noSuchResource } from './errors.ts';
import { type Resource, resourceId } from './resource.ts';
import type { Subresource } from './subresources/subresource.ts';

/** What can be read and written by itself. */
export type MutableSubresource = Required<Pick<Subresource, 'get' | 'replace'>> & Pick<Subresource, 'current'>;
type Served = Pick<Kind, 'group' | 'version' | 'plural'>;

const servedId = ({ group, version, plural }: Served): string => `${group}/${version}/${plural}`;

/** Which resources a server serves, and which parts of their objects. */
export class ServedResources {
  readonly #resources = new Map<string, Resource>();
  readonly #subresources = new Map<string, Subresource>();

  /** One of the same group, version and plural is replaced. */
  add(resource: Resource): void {
    this.#resources.set(servedId(resource.kind), resource);
  }

  remove(kind: Served): void {
    this.#resources.delete(servedId(kind));
  }

  addSubresource(kind: Pick<Kind, 'group' | 'plural'>, subresource: Subresource): void {
    this.#subresources.set(`${resourceId(kind)}/${subresource.name}`, subresource);
  }

  all(): readonly Resource[] {
    return [...this.#resources.values()];
  }

  /** @throws ApiError 404 when it is not served */
  of(kind: Served): Resource {
    const resource = this.#resources.get(servedId(kind));
    if (!resource) throw noSuchResource();
    return resource;
  }

  subresourcesOf(kind: Pick<Kind, 'group' | 'plural'>): readonly Subresource[] {
    const prefix = `${resourceId(kind)}/`;
    return [...this.#subresources].filter(([id]) => id.startsWith(prefix)).map(([, subresource]) => subresource);
  }

  subresource(kind: Pick<Kind, 'group' | 'plural'>, name: string): Subresource | undefined {
    return this.#subresources.get(`${resourceId(kind)}/${name}`);
  }

  /**
   * A part that can be read and written by itself; undefined for the main resource and for status.
   * @throws ApiError 404 for what is not there
   */
  mutable({ kind, statusSubresource }: Resource, name: string | undefined): MutableSubresource | undefined {
    if (name === undefined) return undefined;
    if (name === 'status' && statusSubresource) return undefined;
    const { get, replace, current } = this.subresource(kind, name) ?? {};
    if (!get || !replace) throw noSuchResource();
    return { get, replace, ...(current && { current }) };
  }
}
