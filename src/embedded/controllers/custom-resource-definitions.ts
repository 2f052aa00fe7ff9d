import type { CustomResourceDefinition } from '../../api/crd.ts';
import { CUSTOM_RESOURCE_DEFINITION } from '../../api/kinds.ts';
import type { Condition, Kind } from '../../api/kube.ts';
import { timestamp } from '../../api/timestamp.ts';
import type { Instant } from '../../runtime/environment.ts';
import type { ApiServer } from '../api-server.ts';
import { namesOf } from '../builtin/custom-resource-definition.ts';
import { customResources } from '../custom-resources.ts';
import { resourceId } from '../resource.ts';
import type { Change } from '../store.ts';
import { scale } from '../subresources/scale.ts';
import { type EmbeddedController, onChanges } from './controller.ts';

const TABLE = resourceId(CUSTOM_RESOURCE_DEFINITION);

/** Serves what CustomResourceDefinitions define, and says so in their conditions. */
export const crdController: EmbeddedController = (server, environment) => {
  const served = new Map<string, { readonly generation: number; readonly kinds: readonly Kind[] }>();
  const concerns = ({ table }: Change) => table === TABLE;
  return onChanges(server, environment, concerns, () => {
    const present = new Set<string>();
    for (const object of server.store.list(TABLE)) {
      const crd = object as CustomResourceDefinition;
      const { uid = '', generation = 1, deletionTimestamp } = crd.metadata;
      present.add(uid);
      const known = served.get(uid);
      if (deletionTimestamp !== undefined || known?.generation === generation) continue;
      for (const kind of known?.kinds ?? []) server.withdraw(kind);
      served.set(uid, { generation, kinds: establish(server, crd, environment.now()) });
    }
    for (const [uid, { kinds }] of served) {
      if (present.has(uid)) continue;
      served.delete(uid);
      for (const kind of kinds) withdraw(server, kind);
    }
  });
};

/** A kind takes its objects along. */
function withdraw(server: ApiServer, kind: Kind): void {
  for (const { metadata } of server.list(kind, {}).items) {
    const { name = '', namespace } = metadata;
    server.delete(kind, { name, ...(namespace && { namespace }) });
  }
  server.withdraw(kind);
}

function establish(server: ApiServer, crd: CustomResourceDefinition, now: Instant): readonly Kind[] {
  try {
    const resources = customResources(crd);
    for (const resource of resources) {
      server.serve(resource);
      if (resource.scale) server.serveSubresource(resource.kind, scale);
    }
    report(server, crd, now, 'True', 'InitialNamesAccepted', 'the initial names have been accepted');
    return resources.map(({ kind }) => kind);
  } catch (error) {
    report(server, crd, now, 'False', 'NotSupported', error instanceof Error ? error.message : String(error));
    return [];
  }
}

function report(
  server: ApiServer,
  crd: CustomResourceDefinition,
  now: Instant,
  status: 'True' | 'False',
  reason: string,
  message: string,
): void {
  const lastTransitionTime = timestamp(now);
  const noConflicts = { reason: 'NoConflicts', message: 'no conflicts found' };
  const conditions: readonly Condition[] = [
    { type: 'NamesAccepted', status: 'True', lastTransitionTime, ...noConflicts },
    { type: 'Established', status, lastTransitionTime, reason, message },
  ];
  const before = (crd.status ?? {}) as {
    readonly storedVersions?: readonly string[];
    readonly conditions?: readonly Condition[];
  };
  const same = conditions.every((wanted) =>
    before.conditions?.some(({ type, status: was }) => type === wanted.type && was === wanted.status),
  );
  if (same) return;
  const {
    metadata: { name = '' },
  } = crd;
  server.replace(
    CUSTOM_RESOURCE_DEFINITION,
    { name },
    { ...crd, status: { ...before, conditions, acceptedNames: namesOf(crd) } } as typeof crd,
    { subresource: 'status', fieldManager: 'kube-apiserver' },
  );
}
