import type { Kind } from '../api/kube.ts';
import type { Cache } from './cache.ts';
import { kindId } from './resource-path.ts';
import { compareVersions, newerVersion } from './resource-version.ts';

interface Written {
  /** The highest version written, by kind. */
  readonly versions: Map<string, string>;
  /** Deletions asked for and not yet seen: kind and key by UID. */
  readonly deletions: Map<string, { readonly kind: string; readonly key: string }>;
}

/**
 * Remembers, for each object, what was written on its behalf until the caches have seen it (the idea of KEP-5647), so
 * that no plan is made from a state that lacks our own last writes.
 */
export class OwnWrites {
  readonly #cacheOf: (kindId: string) => Cache | undefined;
  readonly #written = new Map<string, Written>();

  /** @param cacheOf - the cache of a kind; writes of kinds that are not watched are not waited for */
  constructor(cacheOf: (kindId: string) => Cache | undefined) {
    this.#cacheOf = cacheOf;
  }

  wrote(ownerUid: string, kind: Kind, resourceVersion: string | undefined): void {
    if (resourceVersion === undefined) return;
    const { versions } = this.#of(ownerUid);
    const newest = newerVersion(versions.get(kindId(kind)), resourceVersion);
    if (newest !== undefined) versions.set(kindId(kind), newest);
  }

  deleted(ownerUid: string, kind: Kind, key: string, uid: string): void {
    this.#of(ownerUid).deletions.set(uid, { kind: kindId(kind), key });
  }

  /** Whether the caches have seen everything written for this object; forgets what they have. */
  caughtUp(ownerUid: string): boolean {
    const written = this.#written.get(ownerUid);
    if (!written) return true;
    for (const [kind, version] of written.versions) {
      if (this.#sawVersion(kind, version)) written.versions.delete(kind);
    }
    for (const [uid, { kind, key }] of written.deletions) {
      if (this.#sawDeletion(kind, key, uid)) written.deletions.delete(uid);
    }
    const pending = written.versions.size + written.deletions.size > 0;
    if (!pending) this.#written.delete(ownerUid);
    return !pending;
  }

  forget(ownerUid: string): void {
    this.#written.delete(ownerUid);
  }

  #sawVersion(kind: string, version: string): boolean {
    const cache = this.#cacheOf(kind);
    if (!cache) return true;
    return cache.resourceVersion !== undefined && compareVersions(cache.resourceVersion, version) >= 0;
  }

  #sawDeletion(kind: string, key: string, uid: string): boolean {
    const object = this.#cacheOf(kind)?.get(key);
    return object?.metadata.uid !== uid || object.metadata.deletionTimestamp !== undefined;
  }

  #of(ownerUid: string): Written {
    const known = this.#written.get(ownerUid);
    if (known) return known;
    const fresh: Written = { versions: new Map(), deletions: new Map() };
    this.#written.set(ownerUid, fresh);
    return fresh;
  }
}
