import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { keyOf } from '../../../api/kube.ts';
import type { Environment } from '../../../runtime/environment.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { Pod, Service, ServicePort } from '../pod-types.ts';
import type { Addresses } from './addresses.ts';
import { hostsFile, isHeadless, type NameTable, nameTable, selectedBy, serves } from './hosts.ts';
import { type Backend, ServiceProxy, targetPort } from './service-proxy.ts';

export interface DirectoryOptions {
  readonly environment: Environment;
  readonly log: Logger;
  readonly addresses: Addresses;
  pods(): Iterable<Pod>;
  services(): Iterable<Service>;
}

interface Reader {
  readonly pod: Pod;
  readonly ip: string;
  readonly file: string;
  written: string;
}

/** Changes that come together are written together. */
const SETTLE_MS = 10;

/** Knows the address behind every name, and keeps the pods' /etc/hosts up to date. */
export class NameDirectory {
  readonly #options: DirectoryOptions;
  readonly #readers = new Map<string, Reader>();
  readonly #proxies = new Map<string, ServiceProxy>();
  readonly #machine = machineHosts();
  #cancel: (() => void) | undefined;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** The pod's address from the moment on that somebody asks for it, even before it runs. */
  podAddress(pod: Pod): string {
    return this.#options.addresses.take(`pod/${pod.metadata.uid}`);
  }

  /** Every name, with `every` also of pods that are not ready. */
  table(every = false): NameTable {
    const { pods, services } = this.#options;
    return nameTable(
      {
        pods: pods(),
        services: services(),
        podAddress: (pod) => (every ? this.podAddress(pod) : this.#runningAddress(pod)),
        serviceAddress: (service) => this.serviceAddress(service),
      },
      every,
    );
  }

  /** The loopback address that stands for a Service; undefined without selector, ports, or when it is headless. */
  serviceAddress(service: Service): string | undefined {
    const { selector, ports = [], type } = service.spec ?? {};
    if (isHeadless(service) || type === 'ExternalName' || !selector || ports.length === 0) return undefined;
    return this.#options.addresses.take(`service/${service.metadata.uid}`);
  }

  servicesOf(namespace: string | undefined): Service[] {
    return [...this.#options.services()].filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** Writes a pod's hosts file, and again whenever a name changes. */
  register(pod: Pod, ip: string, file: string): void {
    const reader: Reader = { pod, ip, file, written: '' };
    this.#readers.set(pod.metadata.uid ?? '', reader);
    this.#write(reader, this.table());
    this.changed();
  }

  forget(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    this.#readers.delete(uid);
    this.#options.addresses.release(`pod/${uid}`);
  }

  /** A pod or a Service is not what it was. */
  changed(): void {
    this.#cancel ??= this.#options.environment.after(SETTLE_MS, () => {
      this.#cancel = undefined;
      this.#settle();
    });
  }

  close(): void {
    this.#cancel?.();
    for (const proxy of this.#proxies.values()) proxy.close();
  }

  #settle(): void {
    const table = this.table();
    for (const reader of this.#readers.values()) this.#write(reader, table);
    const seen = new Set<string>();
    for (const service of this.#options.services()) {
      const address = this.serviceAddress(service);
      if (address === undefined) continue;
      const uid = service.metadata.uid ?? '';
      seen.add(uid);
      this.#proxy(uid, address, keyOf(service.metadata)).update(service);
    }
    for (const [uid, proxy] of this.#proxies) {
      if (seen.has(uid)) continue;
      proxy.close();
      this.#proxies.delete(uid);
      this.#options.addresses.release(`service/${uid}`);
    }
  }

  #proxy(uid: string, address: string, key: string): ServiceProxy {
    const known = this.#proxies.get(uid);
    if (known) return known;
    const proxy = new ServiceProxy(address, this.#options.log, (port) => this.#backends(key, port));
    this.#proxies.set(uid, proxy);
    return proxy;
  }

  #backends(key: string, port: ServicePort): readonly Backend[] {
    const service = [...this.#options.services()].find(({ metadata }) => keyOf(metadata) === key);
    if (!service) return [];
    return selectedBy(service, this.#options.pods())
      .filter((pod) => serves(service, pod))
      .flatMap((pod) => {
        const host = this.#runningAddress(pod);
        const target = targetPort(port, pod);
        return host !== undefined && target !== undefined ? [{ host, port: target }] : [];
      });
  }

  #runningAddress(pod: Pod): string | undefined {
    return this.#readers.get(pod.metadata.uid ?? '')?.ip;
  }

  /** In place, since the file is mounted: first the text, then the cut, so that a reader never finds it empty. */
  #write(reader: Reader, table: NameTable): void {
    const text = hostsFile(reader.pod, reader.ip, table, this.#machine);
    if (text === reader.written) return;
    const bytes = Buffer.from(text);
    const descriptor = openSync(reader.file, reader.written === '' ? 'w' : 'r+');
    try {
      writeSync(descriptor, bytes, 0, bytes.length, 0);
      ftruncateSync(descriptor, bytes.length);
      reader.written = text;
    } finally {
      closeSync(descriptor);
    }
  }
}

function machineHosts(): string {
  try {
    return readFileSync('/etc/hosts', 'utf8');
  } catch {
    return '';
  }
}
