import { controllerOf, type KubeObject, keyOf } from '../api/kube.ts';
import { newerVersion } from './resource-version.ts';

/** What happened to one object; a successor of the same name is a deletion, then an addition. */
export type Change =
  | { readonly type: 'added'; readonly object: KubeObject; readonly initial: boolean }
  | { readonly type: 'updated'; readonly object: KubeObject; readonly previous: KubeObject }
  /** `object` is the last state known, which may be older than the one that was deleted. */
  | { readonly type: 'deleted'; readonly object: KubeObject };

const NONE: ReadonlyMap<string, KubeObject> = new Map();

/** The objects of one kind as last seen, by key and by the UID of their controller. Objects are known by UID, not name. */
export class Cache {
  readonly #objects = new Map<string, KubeObject>();
  readonly #byController = new Map<string, Map<string, KubeObject>>();
  #resourceVersion: string | undefined;
  #filled = false;

  /** Everything up to this version was seen, as bookmarks tell too; undefined before the first list. */
  get resourceVersion(): string | undefined {
    return this.#resourceVersion;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  values(): IterableIterator<KubeObject> {
    return this.#objects.values();
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  controlledBy(uid: string): Iterable<KubeObject> {
    return (this.#byController.get(uid) ?? NONE).values();
  }

  /** Notes a version that was seen without an object, from a bookmark. */
  advance(resourceVersion: string): void {
    this.#resourceVersion = newerVersion(this.#resourceVersion, resourceVersion);
  }

  upsert(object: KubeObject): Change[] {
    this.advance(object.metadata.resourceVersion ?? '');
    return this.#put(object, false);
  }

  remove(object: KubeObject): Change[] {
    this.advance(object.metadata.resourceVersion ?? '');
    const key = keyOf(object.metadata);
    const known = this.#objects.get(key);
    if (!known || known.metadata.uid !== object.metadata.uid) return [];
    this.#drop(key, known);
    return [{ type: 'deleted', object }];
  }

  /** Takes over a full list: what it does not hold was deleted unseen. */
  replace(objects: readonly KubeObject[], resourceVersion: string): Change[] {
    const initial = !this.#filled;
    this.#filled = true;
    const kept = new Set(objects.map((object) => keyOf(object.metadata)));
    const changes: Change[] = [];
    for (const [key, known] of this.#objects) {
      if (kept.has(key)) continue;
      this.#drop(key, known);
      changes.push({ type: 'deleted', object: known });
    }
    for (const object of objects) changes.push(...this.#put(object, initial));
    this.#resourceVersion = resourceVersion;
    return changes;
  }

  #put(object: KubeObject, initial: boolean): Change[] {
    const key = keyOf(object.metadata);
    const known = this.#objects.get(key);
    if (known?.metadata.uid === object.metadata.uid && known !== undefined) {
      if (known.metadata.resourceVersion === object.metadata.resourceVersion) return [];
      this.#drop(key, known);
      this.#store(key, object);
      return [{ type: 'updated', object, previous: known }];
    }
    const changes: Change[] = [];
    if (known) {
      this.#drop(key, known);
      changes.push({ type: 'deleted', object: known });
    }
    this.#store(key, object);
    changes.push({ type: 'added', object, initial });
    return changes;
  }

  #store(key: string, object: KubeObject): void {
    this.#objects.set(key, object);
    const controller = controllerOf(object)?.uid;
    if (controller === undefined) return;
    const siblings = this.#byController.get(controller);
    if (siblings) siblings.set(key, object);
    else this.#byController.set(controller, new Map([[key, object]]));
  }

  #drop(key: string, object: KubeObject): void {
    this.#objects.delete(key);
    const controller = controllerOf(object)?.uid;
    if (controller === undefined) return;
    const siblings = this.#byController.get(controller);
    siblings?.delete(key);
    if (siblings?.size === 0) this.#byController.delete(controller);
  }
}
