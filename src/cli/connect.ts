import { systemEnvironment } from '../runtime/environment.ts';
import { HttpClient } from '../runtime/http-client.ts';
import { type AccessOptions, loadAccess } from '../runtime/kubeconfig.ts';
import { VERSION } from '../runtime/version.ts';

/** A way into a cluster for people's commands. */
export interface Connection {
  readonly client: HttpClient;
  /** Such as `https://10.96.0.1:443`. */
  readonly server: string;
  /** The namespace of the context, or `default`. */
  readonly namespace: string;
}

/** A client as `armature/VERSION`, with the kubeconfig and context that people name. */
export async function connect(options: AccessOptions): Promise<HttpClient> {
  return (await connectIn(options)).client;
}

/** The same, and where it leads to. */
export async function connectIn(options: AccessOptions): Promise<Connection> {
  const { kubeconfig, context } = options;
  const access = await loadAccess({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
  const client = new HttpClient({ access, environment: systemEnvironment, userAgent: `armature/${VERSION}` });
  return { client, server: access.server, namespace: access.namespace ?? 'default' };
}
