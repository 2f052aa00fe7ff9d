import { systemEnvironment } from '../runtime/environment.ts';
import { HttpClient } from '../runtime/http-client.ts';
import { type AccessOptions, loadAccess } from '../runtime/kubeconfig.ts';
import { VERSION } from '../runtime/version.ts';

/** A client for people's commands, as `armature/VERSION`, with the kubeconfig and context they name. */
export async function connect(options: AccessOptions): Promise<HttpClient> {
  const { kubeconfig, context } = options;
  const access = await loadAccess({ ...(kubeconfig && { kubeconfig }), ...(context && { context }) });
  return new HttpClient({ access, environment: systemEnvironment, userAgent: `armature/${VERSION}` });
}
