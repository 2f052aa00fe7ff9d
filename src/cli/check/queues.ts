import { objectOf, objectsOf } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { QUEUE_NAME_LABEL } from '../../api/labels.ts';
import { fromMilli, toMilli } from '../../api/quantity.ts';
import { demandOf } from '../../api/scheduling/demand.ts';
import { type Finding, finding } from './codes.ts';
import type { PodSet } from './pod-sets.ts';

/** A queue of Kueue that is not there, or can never admit the object, as far as the files hold its queues. */
export function queueFindings(object: KubeObject, sets: readonly PodSet[], others: readonly KubeObject[]): Finding[] {
  const name = object.metadata.labels?.[QUEUE_NAME_LABEL];
  const queues = others.filter(
    ({ kind, apiVersion }) => kind === 'LocalQueue' && apiVersion.startsWith('kueue.x-k8s.io/'),
  );
  if (name === undefined || queues.length === 0) return [];
  const namespace = object.metadata.namespace ?? 'default';
  const here = queues.filter(({ metadata }) => (metadata.namespace ?? 'default') === namespace);
  const queue = here.find(({ metadata }) => metadata.name === name);
  const field = `metadata.labels[${QUEUE_NAME_LABEL}]`;
  if (!queue) {
    const known = here.map(({ metadata }) => metadata.name).join(', ');
    const mend = known === '' ? 'add it' : `add it, or name one of ${known}`;
    return [finding('queue-missing', field, `the namespace ${namespace} has no LocalQueue ${name}: ${mend}`)];
  }
  const clusterQueue = others.find(
    ({ kind, metadata }) => kind === 'ClusterQueue' && metadata.name === objectOf(queue.spec).clusterQueue,
  );
  return clusterQueue ? tooSmall(clusterQueue, sets, field) : [];
}

/** Members of a cohort may borrow, so that only queues that stand alone are judged. */
function tooSmall({ metadata, spec }: KubeObject, sets: readonly PodSet[], field: string): Finding[] {
  const { resourceGroups, cohort, cohortName } = objectOf(spec);
  if (cohort !== undefined || cohortName !== undefined) return [];
  const quota = new Map<string, bigint>();
  for (const flavor of objectsOf(resourceGroups).flatMap((group) => objectsOf(group.flavors))) {
    for (const { name, nominalQuota } of objectsOf(flavor.resources)) {
      quota.set(String(name), (quota.get(String(name)) ?? 0n) + toMilli(String(nominalQuota ?? 0)));
    }
  }
  const demand = demandOf(sets);
  return [...quota].flatMap(([resource, most]) => {
    const asked = demand.get(resource) ?? 0n;
    if (asked <= most) return [];
    const message = `its pods ask for ${fromMilli(asked)} ${resource}, and all flavors of ClusterQueue ${metadata.name} have ${fromMilli(most)} together, so that it waits for ever: ask for less, or raise the quota`;
    return [finding('queue-too-small', field, message)];
  });
}
