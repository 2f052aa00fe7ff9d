/** Kubeconfig files: written for the components and users of a cluster, read back for the administrator's. */

import { readFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';

export interface Credentials {
  readonly server: string;
  /** PEM texts. */
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

const encode = (text: string) => Buffer.from(text).toString('base64');
const decode = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text, 'base64').toString());

export function kubeconfigText(name: string, user: string, credentials: Credentials, namespace?: string): string {
  const { server, ca, cert, key, token } = credentials;
  const secret =
    token === undefined
      ? { 'client-certificate-data': encode(cert ?? ''), 'client-key-data': encode(key ?? '') }
      : { token };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': encode(ca) } }],
    users: [{ name: user, user: secret }],
    contexts: [{ name, context: { cluster: name, user, ...(namespace ? { namespace } : {}) } }],
    'current-context': name,
  });
}

interface Kubeconfig {
  readonly clusters: readonly { cluster: { server: string; 'certificate-authority-data': string } }[];
  readonly users: readonly {
    user: { 'client-certificate-data'?: string; 'client-key-data'?: string; token?: string };
  }[];
}

/** Reads a kubeconfig that {@link kubeconfigText} wrote. */
export async function readKubeconfig(path: string): Promise<Credentials> {
  const { clusters, users } = parse(await readFile(path, 'utf8')) as Kubeconfig;
  const cluster = clusters[0]?.cluster;
  const user = users[0]?.user;
  if (!cluster || !user) throw new Error(`${path} names no cluster or no user: run "armature cluster up" again`);
  const cert = decode(user['client-certificate-data']);
  const key = decode(user['client-key-data']);
  return {
    server: cluster.server,
    ca: decode(cluster['certificate-authority-data']) ?? '',
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(user.token === undefined ? {} : { token: user.token }),
  };
}
