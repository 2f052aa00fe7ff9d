import { NAMESPACE } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import { namespaceFinalizers } from '../builtin/namespace.ts';
import type { Subresource } from './subresource.ts';

/** Takes what holds a namespace off it; one that is being deleted and held by nothing goes. */
export const namespaceFinalize: Subresource = {
  name: 'finalize',
  get: ({ server, ref }) => server.get(NAMESPACE, ref),
  replace({ server, ref, body }): KubeObject {
    const finalizers = namespaceFinalizers(body as KubeObject);
    const written = server.amend(NAMESPACE, ref, (current) => ({
      ...current,
      spec: finalizers.length > 0 ? { finalizers } : {},
    }));
    if (written.metadata.deletionTimestamp === undefined || finalizers.length > 0) return written;
    if ((written.metadata.finalizers ?? []).length > 0) return written;
    server.expunge(NAMESPACE, ref);
    return written;
  },
};
