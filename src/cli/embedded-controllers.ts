import type { AddressInfo } from 'node:net';
import { passingAuthorities } from '../runtime/authorities.ts';
import type { KubeClient } from '../runtime/client.ts';
import { systemEnvironment } from '../runtime/environment.ts';
import { HttpClient } from '../runtime/http-client.ts';
import type { Logger } from '../runtime/log.ts';
import { runManager } from '../runtime/manager.ts';
import { CONTROLLER_NAME, VERSION } from '../runtime/version.ts';
import { trainingDomains } from '../training/controller.ts';
import type { ProgressServer } from '../training/progress/injection.ts';
import type { EmbeddedCredentials } from './embedded-credentials.ts';
import { serveProgress } from './progress-server.ts';

export interface EmbeddedControllersOptions {
  readonly client: KubeClient;
  /** The cluster's front, and the owner's way in. */
  readonly server: string;
  readonly credentials: EmbeddedCredentials;
  readonly log: Logger;
  /** Gets what ends each part, in the order in which they begin. */
  readonly ends: (() => unknown)[];
}

/** Runs the domains that `armature controller` runs; resolves once they have seen what is there. */
export async function runEmbeddedControllers(options: EmbeddedControllersOptions): Promise<void> {
  const { client, server, credentials, log, ends } = options;
  const ending = new AbortController();
  ends.push(() => ending.abort());
  const reviewer = ownerClient(server, credentials);
  ends.push(() => reviewer.close());
  const progress = await takeProgress(reviewer, new URL(server).hostname, log, ending.signal);
  ends.push(progress.close);
  const domains = trainingDomains({ progress: progress.server });
  const manager = runManager({ client, environment: systemEnvironment, domains, log });
  ends.push(() => manager.stop());
  await manager.ready;
}

/** Through the front, which knows whose token is whose. */
function ownerClient(server: string, { ca, token }: EmbeddedCredentials): HttpClient {
  const access = { server, ca, credentials: async () => ({ token }) };
  return new HttpClient({ access, environment: systemEnvironment, userAgent: `${CONTROLLER_NAME}/${VERSION}` });
}

/** Pods end with this process, so the authority that they know may as well. */
async function takeProgress(
  client: KubeClient,
  host: string,
  log: Logger,
  signal: AbortSignal,
): Promise<{ readonly server: ProgressServer; readonly close: () => void }> {
  const environment = systemEnvironment;
  const since = environment.now();
  const authorities = passingAuthorities(since);
  const options = { client, environment, log, address: `${host}:0`, host };
  const server = await serveProgress(options, authorities, signal);
  if (!server) throw new Error(`nothing listens on ${options.address}`);
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { server: { url: `https://${host}:${port}`, authority: authorities.bundle, since }, close };
}
