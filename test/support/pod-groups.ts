import { CUSTOM_RESOURCE_DEFINITION } from '../../src/api/kinds.ts';
import type { Kind } from '../../src/api/kube.ts';
import type { Api } from './api.ts';
import { eventually } from './eventually.ts';
import { served, testCrd } from './test-crd.ts';

/**
 * A neighbour's PodGroup with any fields: its own scheduler is not needed to see what we ask of it. Resolves to the way
 * back.
 */
export async function servePodGroups(api: Api, kind: Kind): Promise<() => Promise<void>> {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const crd = testCrd(kind, { type: 'object', properties: { spec: open, status: open } });
  const annotations = { 'api-approved.kubernetes.io': 'unapproved, for tests' };
  await api.apply(CUSTOM_RESOURCE_DEFINITION, { ...crd, metadata: { ...crd.metadata, annotations } });
  await served(api, kind);
  const name = crd.metadata.name!;
  return async () => {
    await api.delete(CUSTOM_RESOURCE_DEFINITION, undefined, name);
    const gone = async () => (await api.get(CUSTOM_RESOURCE_DEFINITION, undefined, name)) === undefined;
    await eventually(`${name} to be gone`, gone);
  };
}
