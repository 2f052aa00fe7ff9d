import type { Server } from 'node:http';

/** Answers for one path: a body, and whether all is well (200) or not (503). */
export type Endpoint = () => { readonly ok: boolean; readonly body: string; readonly contentType?: string };

/** `:8080`, `127.0.0.1:8080`, `[::1]:8080` or a bare port; `0` is off. */
export function parseAddress(address: string): { readonly host?: string; readonly port: number } | undefined {
  if (address === '0' || address === '') return undefined;
  const match = /^(?:(?:\[([^\]]+)\]|([^:]*)):)?(\d+)$/.exec(address);
  if (!match) throw new Error(`"${address}" is not an address; write HOST:PORT, :PORT, or 0 to turn it off`);
  const host = match[1] ?? match[2];
  return { ...(host && { host }), port: Number(match[3]) };
}

/** Serves GET for the given paths; resolves once it listens. */
export async function serveEndpoints(
  address: string,
  endpoints: Readonly<Record<string, Endpoint>>,
): Promise<Server | undefined> {
  const target = parseAddress(address);
  if (!target) return undefined;
  // Imported as a module, node:http would load Node's own copy of undici too, at several megabytes.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const endpoint = endpoints[path];
    const answer = endpoint?.();
    response.writeHead(answer ? (answer.ok ? 200 : 503) : 404, { 'content-type': answer?.contentType ?? 'text/plain' });
    response.end(answer?.body ?? 'not found\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(`cannot listen on ${address}: ${error.message}; choose another address, or 0 to turn it off`)),
    );
    server.listen(target.port, target.host, resolve);
  });
  return server;
}
