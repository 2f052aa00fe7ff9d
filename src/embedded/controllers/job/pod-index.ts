import { controllerOf } from '../../../api/kube.ts';
import type { JobPod } from './pods.ts';

/** Pods by the UID of their controller, and those without one by namespace. */
export class PodIndex {
  readonly #groups = new Map<string, Map<string, JobPod>>();

  note(pod: JobPod | undefined, previous: JobPod | undefined): void {
    if (previous) this.#remove(groupOf(previous), previous.metadata.name);
    if (!pod) return;
    const group = groupOf(pod);
    const pods = this.#groups.get(group) ?? new Map<string, JobPod>();
    pods.set(pod.metadata.name, pod);
    this.#groups.set(group, pods);
  }

  /** In the order of their names. */
  controlledBy(uid: string): readonly JobPod[] {
    return sorted(this.#groups.get(uid));
  }

  withoutController(namespace: string): readonly JobPod[] {
    return sorted(this.#groups.get(freeIn(namespace)));
  }

  #remove(group: string, name: string): void {
    const pods = this.#groups.get(group);
    pods?.delete(name);
    if (pods?.size === 0) this.#groups.delete(group);
  }
}

const freeIn = (namespace: string): string => `/${namespace}`;
const groupOf = (pod: JobPod): string => controllerOf(pod)?.uid ?? freeIn(pod.metadata.namespace);
const sorted = (pods: ReadonlyMap<string, JobPod> | undefined): readonly JobPod[] =>
  [...(pods?.values() ?? [])].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
