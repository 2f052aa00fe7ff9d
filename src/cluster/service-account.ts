/** Credentials of a service account, to run a program under exactly its roles from outside the cluster. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SERVICE_ACCOUNT } from '../api/kinds.ts';
import { adminClient } from './admin.ts';
import { kubeconfigText } from './kubeconfig.ts';
import type { ClusterInfo } from './options.ts';

const VALID_SECONDS = 24 * 3600;

/**
 * Asks for a token of the service account, good for a day. @returns the path of a kubeconfig with it.
 * @throws when the service account does not exist.
 */
export async function serviceAccountKubeconfig(
  info: ClusterInfo,
  namespace: string,
  serviceAccount: string,
): Promise<string> {
  const ca = await readFile(info.caFile, 'utf8');
  const client = await adminClient(info.kubeconfig);
  try {
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name: serviceAccount, namespace },
      spec: { expirationSeconds: VALID_SECONDS },
    };
    const answer = await client.create(SERVICE_ACCOUNT, request, { subresource: 'token' });
    const { token } = answer.status as { readonly token: string };
    const folder = join(dirname(info.kubeconfig), 'service-accounts');
    const path = join(folder, `${namespace}.${serviceAccount}.kubeconfig`);
    const text = kubeconfigText(
      `armature-${info.name}`,
      `${namespace}:${serviceAccount}`,
      { server: info.server, ca, token },
      namespace,
    );
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path, text, { mode: 0o600 });
    return path;
  } finally {
    await client.close();
  }
}
