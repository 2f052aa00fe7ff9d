import { CUSTOM_RESOURCE_DEFINITION } from '../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import type { Api } from './api.ts';
import { eventually } from './eventually.ts';

/**
 * A neighbour's PodGroup with any fields: its own scheduler is not needed to see what we ask of it. Resolves to the way
 * back.
 */
export async function servePodGroups(api: Api, kind: Kind): Promise<() => Promise<void>> {
  const name = `${kind.plural}.${kind.group}`;
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  await api.apply(CUSTOM_RESOURCE_DEFINITION, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name, annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' } },
    spec: {
      group: kind.group,
      scope: 'Namespaced',
      names: { kind: kind.kind, plural: kind.plural, singular: 'podgroup', listKind: 'PodGroupList' },
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } },
        },
      ],
    },
  } as KubeObject);
  await eventually(
    `${name} to be served`,
    async () => (await api.raw('GET', `/apis/${kind.group}/${kind.version}/${kind.plural}`)).code === 200,
  );
  return () => api.delete(CUSTOM_RESOURCE_DEFINITION, undefined, name);
}
