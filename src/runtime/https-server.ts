import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { Authorities } from './authorities.ts';
import { type Environment, sleep } from './environment.ts';
import { parseAddress } from './health.ts';
import { newCertificate } from './x509.ts';

export interface HttpsServerOptions {
  readonly environment: Environment;
  /** `:10443`; off when `0`. */
  readonly address: string;
  /** DNS names and IPv4 addresses that clients call it by. */
  readonly hosts: readonly string[];
  readonly authorities: Authorities;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

const DAY_MS = 24 * 3_600_000;
const VALID_MS = 30 * DAY_MS;
const RENEW_EVERY_MS = 10 * DAY_MS;
const HEADERS_MS = 10_000;
const REQUEST_MS = 20_000;

/** Serves HTTPS with certificates of its own that are renewed long before they end; resolves once it listens. */
export async function serveHttps(options: HttpsServerOptions, signal: AbortSignal): Promise<Server | undefined> {
  const target = parseAddress(options.address);
  if (!target) return undefined;
  const { createServer } = process.getBuiltinModule('node:https');
  const limits = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS };
  const server = createServer({ ...certificateOf(options), ...limits }, options.answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Error(`cannot listen on ${options.address}: ${error.message}; choose another address, or 0 to turn it off`),
      ),
    );
    server.listen(target.port, target.host, resolve);
  });
  void renew(server, options, signal);
  return server;
}

async function renew(server: Server, options: HttpsServerOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(options.environment, RENEW_EVERY_MS, signal);
    if (!signal.aborted) server.setSecureContext(certificateOf(options));
  }
}

function certificateOf({ hosts, authorities, environment }: HttpsServerOptions): { key: string; cert: string } {
  // Common names hold 64 characters at most; what a client checks are the alternative names.
  const commonName = (hosts[0] ?? 'localhost').slice(0, 64);
  const validity = { now: environment.now(), forMs: VALID_MS };
  return newCertificate(authorities.signing, { commonName, hosts, usages: ['server'] }, validity);
}
