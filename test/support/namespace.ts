import { randomBytes } from 'node:crypto';
import { NAMESPACE } from '../../src/api/kinds.ts';
import type { Api } from './api.ts';
import { eventually } from './eventually.ts';

/** Creates a namespace and waits until pods can be created in it. */
export async function freshNamespace(api: Api): Promise<string> {
  const name = `t-${randomBytes(4).toString('hex')}`;
  await api.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await eventually(
    `the default service account of ${name}`,
    async () => (await api.raw('GET', `/api/v1/namespaces/${name}/serviceaccounts/default`)).code === 200,
  );
  return name;
}
