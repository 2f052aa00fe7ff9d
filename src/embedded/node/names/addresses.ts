import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Gives loopback addresses to pods and Services. */
export interface Addresses {
  /** The address of `id`; the same one for as long as it is held. */
  take(id: string): string;
  release(id: string): void;
  /** Whether everybody has the same address, 127.0.0.1, since this machine offers no other. */
  readonly shared: boolean;
}

const SHARED = '127.0.0.1';

/** Hands out `pool` in turn, so that an address rests before it is used again; when all are taken, 127.0.0.1. */
export class AddressPool implements Addresses {
  readonly shared: boolean;
  readonly #size: number;
  readonly #at: (index: number) => string;
  readonly #held = new Map<string, string>();
  readonly #taken = new Set<string>();
  #next = 0;

  constructor(size: number, at: (index: number) => string) {
    this.#size = size;
    this.#at = at;
    this.shared = size === 0;
  }

  take(id: string): string {
    const known = this.#held.get(id);
    if (known !== undefined) return known;
    const address = this.#free();
    this.#held.set(id, address);
    this.#taken.add(address);
    return address;
  }

  release(id: string): void {
    const address = this.#held.get(id);
    if (address === undefined) return;
    this.#held.delete(id);
    this.#taken.delete(address);
  }

  #free(): string {
    for (let tried = 0; tried < this.#size; tried++) {
      const address = this.#at(this.#next);
      this.#next = (this.#next + 1) % this.#size;
      if (!this.#taken.has(address)) return address;
    }
    return SHARED;
  }
}

/**
 * What this machine offers: on Linux a network of 127.0.0.0/8, chosen by `seed` so that two nodes rarely meet; elsewhere
 * the aliases that the loopback interface was given.
 */
export async function loopbackAddresses(seed: string): Promise<Addresses> {
  const network = 64 + ((createHash('sha256').update(seed).digest()[0] ?? 0) % 128);
  const at = (index: number) => `127.${network}.${Math.floor(index / 250)}.${(index % 250) + 2}`;
  if (await canListen(at(0))) return new AddressPool(250 * 250, at);
  const aliases = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address)
    .filter((address) => address.startsWith('127.') && address !== SHARED);
  return new AddressPool(aliases.length, (index) => aliases[index] ?? SHARED);
}

function canListen(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, host, () => server.close(() => resolve(true)));
  });
}
