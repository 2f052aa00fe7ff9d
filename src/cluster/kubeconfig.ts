/** Kubeconfig files for the components and users of a cluster. */

import { stringify } from 'yaml';

export interface Credentials {
  readonly server: string;
  /** PEM texts. */
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

const encode = (text: string) => Buffer.from(text).toString('base64');

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
