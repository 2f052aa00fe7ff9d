import { type Kind, type KubeObject, keyOf } from '../api/kube.ts';
import { isNotFound } from '../runtime/client.ts';

/** Reads a path of the API that is no resource. */
export interface PathReader {
  json(path: string, signal?: AbortSignal): Promise<unknown>;
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/** Finds out, by asking the cluster once for each API version, under which path an object's kind is served. */
export class KindFinder {
  readonly #reader: PathReader;
  readonly #lists = new Map<string, Promise<ResourceList>>();

  constructor(reader: PathReader) {
    this.#reader = reader;
  }

  /** @throws when the cluster does not serve the object's kind, naming the object. */
  async kindOf(object: KubeObject): Promise<Kind> {
    const { apiVersion, kind } = object;
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/', 2) : ['', apiVersion];
    const { resources } = await this.#listOf(apiVersion).catch((error: unknown) => {
      if (isNotFound(error)) return { resources: [] };
      throw error;
    });
    const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
    if (found)
      return { group: group ?? '', version: version ?? '', kind, plural: found.name, namespaced: found.namespaced };
    this.#lists.delete(apiVersion);
    throw new Error(
      `the cluster serves no ${kind} of ${apiVersion}, which ${keyOf(object.metadata)} is; install what defines it, or leave the object out`,
    );
  }

  #listOf(apiVersion: string): Promise<ResourceList> {
    const known = this.#lists.get(apiVersion);
    if (known) return known;
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const list = this.#reader.json(path) as Promise<ResourceList>;
    this.#lists.set(apiVersion, list);
    return list;
  }
}
