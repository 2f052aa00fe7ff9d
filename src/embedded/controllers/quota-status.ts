import { fromMilli } from '../../api/quantity.ts';
import { deepEqual } from '../../runtime/json.ts';
import { quotaUsage } from '../admission/resource-quota.ts';
import { RESOURCE_QUOTA } from '../builtin/kinds.ts';
import { type EmbeddedController, onChanges } from './controller.ts';

const QUOTAS = '/resourcequotas';

/** Keeps what each ResourceQuota says about its use true. */
export const quotaStatus: EmbeddedController = (server, environment) => {
  const limited = (namespace: string | undefined) =>
    namespace !== undefined && server.store.list(QUOTAS).some(({ metadata }) => metadata.namespace === namespace);
  return onChanges(
    server,
    environment,
    ({ object }) => limited(object.metadata.namespace),
    () => {
      for (const quota of server.store.list(QUOTAS)) {
        const { hard = {} } = (quota.spec ?? {}) as { readonly hard?: Readonly<Record<string, string>> };
        const used = Object.fromEntries(
          [...quotaUsage(quota, server.store)].map(([name, amount]) => [name, fromMilli(amount)]),
        );
        const status = { hard, used };
        if (deepEqual(quota.status, status)) continue;
        const { name = '', namespace = '' } = quota.metadata;
        server.replace(
          RESOURCE_QUOTA,
          { name, namespace },
          { ...quota, status },
          { subresource: 'status', fieldManager: 'kube-controller-manager' },
        );
      }
    },
  );
};
