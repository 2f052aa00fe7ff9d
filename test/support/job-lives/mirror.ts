import type { Kind, KubeObject } from '../../../src/api/kube.ts';
import type { OpenWatch, Side } from '../embedded-compare/calls.ts';

interface Watched {
  readonly kind: Kind;
  watch: OpenWatch;
  read: number;
  version: string;
  opening: boolean;
}

/** What there is of some kinds in all namespaces, as watches tell it; one that breaks goes on where it was. */
export class Mirror {
  readonly #side: Side;
  readonly #watched: Watched[] = [];
  readonly #objects = new Map<string, Map<string, KubeObject>>();

  private constructor(side: Side) {
    this.#side = side;
  }

  static async open(side: Side, kinds: readonly Kind[]): Promise<Mirror> {
    const mirror = new Mirror(side);
    for (const kind of kinds) {
      const watch = await mirror.#open(kind, '0');
      mirror.#watched.push({ kind, watch, read: 0, version: '0', opening: false });
    }
    return mirror;
  }

  list(kind: Kind, namespace: string): readonly KubeObject[] {
    for (const each of this.#watched) this.#catchUp(each);
    return [...(this.#objects.get(`${kind.plural} ${namespace}`)?.values() ?? [])];
  }

  close(): void {
    for (const { watch } of this.#watched) watch.stop();
  }

  async #open(kind: Kind, resourceVersion: string): Promise<OpenWatch> {
    const everywhere = { ...kind, namespaced: false };
    const query = { resourceVersion, allowWatchBookmarks: true };
    const watch = await this.#side.watch({ verb: 'watch', kind: everywhere, namespace: '', query });
    if (watch.refused) throw new Error(JSON.stringify(watch.refused));
    return watch;
  }

  #catchUp(watched: Watched): void {
    const { watch, kind } = watched;
    for (; watched.read < watch.events.length; watched.read++) {
      const { type, object } = watch.events[watched.read] as { readonly type: string; readonly object: KubeObject };
      if (type === 'ERROR') throw new Error(JSON.stringify(object));
      watched.version = object.metadata.resourceVersion ?? watched.version;
      if (type === 'BOOKMARK') continue;
      const key = `${kind.plural} ${object.metadata.namespace}`;
      const known = this.#objects.get(key) ?? new Map<string, KubeObject>();
      if (type === 'DELETED') known.delete(object.metadata.name ?? '');
      else known.set(object.metadata.name ?? '', object);
      this.#objects.set(key, known);
    }
    if (!watch.isOver?.() || watched.opening) return;
    watched.opening = true;
    this.#open(kind, watched.version)
      .then((next) => Object.assign(watched, { watch: next, read: 0 }))
      .catch(() => undefined)
      .finally(() => {
        watched.opening = false;
      });
  }
}
