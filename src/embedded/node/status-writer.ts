import { isDeepStrictEqual } from 'node:util';
import { POD } from '../../api/kinds.ts';
import { ApiError, isConflict, isNotFound } from '../../runtime/client.ts';
import { sleep } from '../../runtime/environment.ts';
import { newerVersion } from '../../runtime/resource-version.ts';
import type { NodeContext } from './context.ts';
import type { Pod, PodStatus } from './pod-types.ts';

const RETRY_MS = 1000;

/** Writes a pod's status, one write at a time, only what differs, never over somebody else's change. */
export class StatusWriter {
  readonly #context: NodeContext;
  /** Gets the pod as the server has it after a write, or as it was found after a conflict. */
  readonly #seen: (pod: Pod) => void;
  #busy = false;
  /** What the server took last, and the version that it made of it: it is not sent again to say the same in other words. */
  #taken: { readonly status: PodStatus; readonly version: string | undefined } | undefined;

  constructor(context: NodeContext, seen: (pod: Pod) => void) {
    this.#context = context;
    this.#seen = seen;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Starts a write when the status differs. The pod is planned again afterwards, so what changes meanwhile is not lost. */
  write(pod: Pod, status: PodStatus): boolean {
    if (this.#busy) return true;
    const taken =
      this.#taken?.version === pod.metadata.resourceVersion && isDeepStrictEqual(this.#taken?.status, status);
    if (taken || covers(pod.status, status)) return false;
    this.#busy = true;
    void this.#send(pod, status);
    return true;
  }

  async #send(pod: Pod, status: PodStatus): Promise<void> {
    const { client, environment, log } = this.#context;
    const { name = '', namespace, uid, resourceVersion } = pod.metadata;
    const ref = { ...(namespace && { namespace }), name };
    let latest = pod;
    try {
      const body = { metadata: { uid, resourceVersion }, status };
      latest = (await client.patch(POD, ref, 'merge', body, { subresource: 'status' })) as Pod;
      this.#taken = { status, version: latest.metadata.resourceVersion };
    } catch (error) {
      if (isConflict(error)) latest = await this.#fresh(pod);
      else if (!isNotFound(error)) {
        const { message } = error as Error;
        const code = error instanceof ApiError ? error.code : undefined;
        log.warn('a pod status was not accepted, trying again', { pod: `${namespace}/${name}`, code, error: message });
        await sleep(environment, RETRY_MS);
      } else await sleep(environment, RETRY_MS);
    }
    this.#busy = false;
    this.#seen(latest);
  }

  async #fresh(pod: Pod): Promise<Pod> {
    const { name = '', namespace, uid } = pod.metadata;
    try {
      const found = (await this.#context.client.get(POD, { ...(namespace && { namespace }), name })) as Pod;
      return found.metadata.uid === uid ? found : pod;
    } catch {
      await sleep(this.#context.environment, RETRY_MS);
      return pod;
    }
  }
}

/** Whether a pod's status says what is wanted; a server may write what is empty in its own way. */
export function covers(known: PodStatus | undefined, wanted: PodStatus): boolean {
  const have = (known ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([key, value]) => isDeepStrictEqual(canonical(have[key]), canonical(value)));
}

/** Without null, undefined and empty objects. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const kept = Object.entries(value)
    .map(([key, inner]) => [key, canonical(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** The newer of two states of one object. */
export function newer(left: Pod, right: Pod): Pod {
  const { resourceVersion = '' } = right.metadata;
  return newerVersion(left.metadata.resourceVersion, resourceVersion) === resourceVersion ? right : left;
}
