import { LEASE } from '../api/kinds.ts';
import { apiVersionOf, type KubeObject } from '../api/kube.ts';
import { microTimestamp } from '../api/timestamp.ts';
import { isNotFound, type KubeClient } from './client.ts';
import { type Environment, type Instant, sleep } from './environment.ts';
import type { Logger } from './log.ts';

export interface LeaderOptions {
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly log: Logger;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  /** Different for each process. */
  readonly identity: string;
}

const LEASE_SECONDS = 15;
const RENEW_DEADLINE_MS = 10_000;
const RETRY_MS = 2_000;

interface LeaseSpec {
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

type Lease = KubeObject & { readonly spec?: LeaseSpec };

/**
 * Holds a Lease so that one process writes at a time. Whether another's lease ran out is judged by our own clock alone:
 * by how long it has not changed before our eyes.
 */
export class LeaderElection {
  readonly #options: LeaderOptions;
  #seen: { readonly version: string; readonly at: Instant } | undefined;
  #leads = false;
  /** Whether the lease was last seen in another's hands. */
  #taken = false;

  constructor(options: LeaderOptions) {
    this.#options = options;
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** Resolves once we lead, or when `signal` aborts. */
  async acquire(signal: AbortSignal): Promise<void> {
    const { environment, log, identity } = this.#options;
    while (!signal.aborted) {
      if (await this.#attempt(signal)) {
        this.#leads = true;
        log.info('leading', { identity });
        return;
      }
      await sleep(environment, RETRY_MS * (1 + environment.random() / 5), signal);
    }
  }

  /** Renews until `signal` aborts (true), or until the lease is another's or could not be renewed in time (false). */
  async hold(signal: AbortSignal): Promise<boolean> {
    const { environment, log } = this.#options;
    let renewed = environment.now();
    while (!signal.aborted) {
      await sleep(environment, RETRY_MS, signal);
      if (signal.aborted) break;
      const timeout = new AbortController();
      const cancel = environment.after(RENEW_DEADLINE_MS / 2, () => timeout.abort());
      const at = environment.now();
      const held = await this.#attempt(AbortSignal.any([signal, timeout.signal]));
      cancel();
      if (held) renewed = at;
      else if (this.#taken || environment.now() - renewed > RENEW_DEADLINE_MS) {
        this.#leads = false;
        log.error('lost the lease', { lease: this.#options.name });
        return false;
      }
    }
    return true;
  }

  /** Gives the lease up, so that a successor need not wait for it to run out. */
  async release(): Promise<void> {
    if (!this.#leads) return;
    this.#leads = false;
    const { client, namespace, name, identity, log } = this.#options;
    try {
      const lease = (await client.get(LEASE, { namespace, name })) as Lease;
      if (lease.spec?.holderIdentity !== identity) return;
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 };
      await client.replace(LEASE, { ...lease, spec });
    } catch (error) {
      log.warn('could not release the lease; it runs out by itself', { error: (error as Error).message });
    }
  }

  /** Takes or renews the lease, if it is free or ours. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const { client, environment, namespace, name, identity, log } = this.#options;
    const time = microTimestamp(environment.now());
    const claim = { holderIdentity: identity, leaseDurationSeconds: LEASE_SECONDS, renewTime: time };
    try {
      const lease = await this.#read(signal);
      if (!lease) {
        const spec: LeaseSpec = { ...claim, acquireTime: time, leaseTransitions: 0 };
        const fresh = { apiVersion: apiVersionOf(LEASE), kind: LEASE.kind, metadata: { namespace, name }, spec };
        await client.create(LEASE, fresh, { signal });
        return true;
      }
      const ours = lease.spec?.holderIdentity === identity;
      this.#taken = !ours && !this.#expired(lease);
      if (this.#taken) return false;
      const transitions = lease.spec?.leaseTransitions ?? 0;
      const spec: LeaseSpec = ours
        ? { ...lease.spec, ...claim }
        : { ...claim, acquireTime: time, leaseTransitions: transitions + 1 };
      await client.replace(LEASE, { ...lease, spec }, { signal });
      return true;
    } catch (error) {
      if (!signal.aborted) log.debug('cannot take the lease', { lease: name, error: (error as Error).message });
      return false;
    }
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    const { client, namespace, name } = this.#options;
    try {
      return (await client.get(LEASE, { namespace, name }, signal)) as Lease;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #expired(lease: Lease): boolean {
    if (!lease.spec?.holderIdentity) return true;
    const now = this.#options.environment.now();
    const version = lease.metadata.resourceVersion ?? '';
    if (this.#seen?.version !== version) this.#seen = { version, at: now };
    return now - this.#seen.at > (lease.spec.leaseDurationSeconds ?? LEASE_SECONDS) * 1000;
  }
}
