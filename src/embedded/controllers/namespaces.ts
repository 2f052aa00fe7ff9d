import { NAMESPACE } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import type { ApiServer } from '../api-server.ts';
import { SERVICE_ACCOUNT } from '../builtin/kinds.ts';
import { type EmbeddedController, onChanges } from './controller.ts';

const NAMESPACES = '/namespaces';

/** Gives each namespace its default account, and empties and removes those that are deleted. */
export const namespaceController: EmbeddedController = (server, environment) => {
  const concerns = ({ table, object }: { readonly table: string; readonly object: KubeObject }) =>
    table === NAMESPACES || terminating(server, object.metadata.namespace);
  return onChanges(server, environment, concerns, () => {
    for (const namespace of server.store.list(NAMESPACES)) {
      if (namespace.metadata.deletionTimestamp === undefined) ensureAccount(server, namespace);
      else empty(server, namespace);
    }
  });
};

function terminating(server: ApiServer, name: string | undefined): boolean {
  return name !== undefined && server.store.get(NAMESPACES, name)?.metadata.deletionTimestamp !== undefined;
}

function ensureAccount(server: ApiServer, namespace: KubeObject): void {
  const { name = '' } = namespace.metadata;
  if (server.store.get('/serviceaccounts', `${name}/default`)) return;
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  server.create(SERVICE_ACCOUNT, name, account, { fieldManager: 'kube-controller-manager' });
}

function empty(server: ApiServer, namespace: KubeObject): void {
  const { name = '' } = namespace.metadata;
  let left = 0;
  for (const { kind, conversion } of server.resources()) {
    if (!kind.namespaced || conversion) continue;
    for (const { metadata } of server.list(kind, { namespace: name }).items) {
      if (metadata.deletionTimestamp === undefined) {
        server.delete(kind, { namespace: name, name: metadata.name ?? '' }, { propagationPolicy: 'Background' });
      }
    }
    left += server.list(kind, { namespace: name }).items.length;
  }
  if (left === 0) {
    const current = server.get(NAMESPACE, { name });
    server.replace(NAMESPACE, { name }, { ...current, spec: {} }, { subresource: 'finalize' });
  }
}
