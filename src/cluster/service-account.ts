/** Credentials of a service account, to run a program under exactly its roles from outside the cluster. */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { adminApi } from './api.ts';
import { kubeconfigText, readKubeconfig } from './kubeconfig.ts';
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
  const { server, ca } = await readKubeconfig(info.kubeconfig);
  const api = await adminApi(info.kubeconfig);
  try {
    const answer = await api.post<{ status: { token: string } }>(
      `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: VALID_SECONDS } },
    );
    const folder = join(dirname(info.kubeconfig), 'service-accounts');
    const path = join(folder, `${namespace}.${serviceAccount}.kubeconfig`);
    const text = kubeconfigText(
      `armature-${info.name}`,
      `${namespace}:${serviceAccount}`,
      { server, ca, token: answer.status.token },
      namespace,
    );
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path, text, { mode: 0o600 });
    return path;
  } finally {
    await api.close();
  }
}
