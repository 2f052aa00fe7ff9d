/** What setting up a cluster asks of it, as its administrator. */

import type { Kind, KubeObject } from '../api/kube.ts';
import { isAlreadyExists, isNotFound, type KubeClient } from '../runtime/client.ts';
import { systemEnvironment } from '../runtime/environment.ts';
import { HttpClient } from '../runtime/http-client.ts';
import { loadAccess } from '../runtime/kubeconfig.ts';

/** A client with the credentials of a kubeconfig, to be closed after use. */
export async function adminClient(kubeconfig: string): Promise<HttpClient> {
  const access = await loadAccess({ kubeconfig });
  return new HttpClient({ access, environment: systemEnvironment, userAgent: 'armature-cluster' });
}

/** Creates an object unless one of its name is there. */
export async function ensure(client: KubeClient, kind: Kind, object: KubeObject): Promise<void> {
  const { name = '', namespace } = object.metadata;
  try {
    await client.get(kind, { name, ...(namespace && { namespace }) });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await client.create(kind, object).catch((failure: unknown) => {
      if (!isAlreadyExists(failure)) throw failure;
    });
  }
}
