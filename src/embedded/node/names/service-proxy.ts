import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '../../../runtime/log.ts';
import type { Container, Pod, Service, ServicePort } from '../pod-types.ts';

/** A place that connections go on to. */
export interface Backend {
  readonly host: string;
  readonly port: number;
}

/** Where a Service's port leads in a pod; undefined when the pod has no port of that name. */
export function targetPort({ port, targetPort: target = port }: ServicePort, pod: Pod): number | undefined {
  if (typeof target === 'number') return target;
  const containers: readonly Container[] = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const named = containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === target);
  return named?.containerPort ?? (/^\d+$/.test(target) ? Number(target) : undefined);
}

/** Takes TCP connections at a Service's loopback address and hands them to its pods in turn. */
export class ServiceProxy {
  readonly #servers = new Map<number, Server>();
  readonly #sockets = new Set<Socket>();
  readonly #address: string;
  readonly #log: Logger;
  readonly #backends: (port: ServicePort) => readonly Backend[];
  #turn = 0;

  constructor(address: string, log: Logger, backends: (port: ServicePort) => readonly Backend[]) {
    this.#address = address;
    this.#log = log;
    this.#backends = backends;
  }

  /** Opens what is missing and closes what the Service no longer has. */
  update(service: Service): void {
    const ports = (service.spec?.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP');
    for (const [port, server] of this.#servers) {
      if (ports.some((one) => one.port === port)) continue;
      server.close();
      this.#servers.delete(port);
    }
    for (const port of ports) if (!this.#servers.has(port.port)) this.#open(service, port);
  }

  close(): void {
    for (const server of this.#servers.values()) server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#servers.clear();
  }

  #open(service: Service, port: ServicePort): void {
    const server = createServer((socket) => this.#forward(socket, port));
    server.on('error', (error) => {
      const { name, namespace } = service.metadata;
      this.#log.warn('a Service cannot listen', { service: `${namespace}/${name}`, error: error.message });
    });
    server.listen(port.port, this.#address);
    server.unref();
    this.#servers.set(port.port, server);
  }

  #forward(socket: Socket, port: ServicePort): void {
    const backends = this.#backends(port);
    const backend = backends[this.#turn++ % Math.max(1, backends.length)];
    if (!backend) {
      socket.destroy();
      return;
    }
    const onward = connect(backend);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  }
}
