import type { Kind, KubeObject } from '../../src/api/kube.ts';
import { type Api, pathOf } from './api.ts';
import { eventually } from './eventually.ts';

/** A CustomResourceDefinition of a namespaced kind in one version; `more` is said of the version. */
export const testCrd = ({ group, version, kind, plural }: Kind, schema: object, more: object = {}): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: schema },
        ...more,
      },
    ],
  },
});

/** Resolves once objects of a kind can be listed. */
export const served = (api: Api, kind: Kind, namespace?: string): Promise<unknown> =>
  eventually(`${kind.plural} to be served`, async () => (await api.raw('GET', pathOf(kind, namespace))).code === 200);
