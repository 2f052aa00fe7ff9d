import { NAMESPACE } from '../../api/kinds.ts';
import { ApiError } from '../../runtime/client.ts';
import { kindId } from '../../runtime/resource-path.ts';
import { forbiddenRequest, notFound } from '../errors.ts';
import { withDetails } from '../status-details.ts';
import type { AdmissionStep } from './step.ts';

const NAMESPACES = '/namespaces';
const TERMINATING = 'NamespaceTerminating';
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/** Nothing is made in a namespace that is missing or going away, and some namespaces stay. */
export const namespaceLifecycle: AdmissionStep = {
  mutate(object, { operation, resource, now: _ }, view) {
    if (operation !== 'CREATE' || !resource.kind.namespaced) return object;
    const name = object.metadata.namespace ?? '';
    const namespace = view.get(NAMESPACES, name);
    if (!namespace) throw notFound(NAMESPACE, name);
    if (namespace.metadata.deletionTimestamp !== undefined)
      throw terminating(resource.kind, object.metadata.name ?? '', name);
    return object;
  },
  validate({ operation, resource, previous }) {
    const name = previous?.metadata.name ?? '';
    if (operation === 'DELETE' && resource.table === NAMESPACES && IMMORTAL.has(name)) {
      throw forbiddenRequest(NAMESPACE, name, 'this namespace may not be deleted');
    }
  },
};

function terminating(kind: Parameters<typeof kindId>[0], name: string, namespace: string): ApiError {
  const error = new ApiError(
    403,
    'Forbidden',
    `${kindId(kind)} ${JSON.stringify(name)} is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    undefined,
    [TERMINATING],
  );
  const cause = {
    reason: TERMINATING,
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return withDetails(error, {
    ...(name && { name }),
    ...(kind.group && { group: kind.group }),
    kind: kind.plural,
    causes: [cause],
  });
}
