import { objectOf, objectsOf } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import {
  AKS_SPOT_LABEL,
  CAPACITY_TYPE_LABEL,
  CHECKPOINT_INTERVAL_ANNOTATION,
  GKE_SPOT_LABEL,
  OPENSHIFT_SPOT_LABEL,
} from '../../api/labels.ts';
import { type Finding, finding } from './codes.ts';
import type { PodSet } from './pod-sets.ts';

const SPOT: ReadonlyMap<string, string> = new Map([
  [GKE_SPOT_LABEL, 'true'],
  [CAPACITY_TYPE_LABEL, 'spot'],
  [AKS_SPOT_LABEL, 'spot'],
  [OPENSHIFT_SPOT_LABEL, ''],
]);

/** Pods that ask for machines which may be taken at any moment, of a job that says nothing of checkpoints. */
export function spotFindings(object: KubeObject, { path, spec }: PodSet): Finding[] {
  const { checkpoint } = objectOf(objectOf(object.spec).runPolicy);
  if (checkpoint ?? object.metadata.annotations?.[CHECKPOINT_INTERVAL_ANNOTATION]) return [];
  const label = Object.entries(objectOf(spec.nodeSelector)).find(([key, value]) => SPOT.get(key) === value)?.[0];
  const field = label ? `${path}.nodeSelector[${label}]` : spotAffinity(spec.affinity, path);
  if (field === undefined) return [];
  const message = `spot machines may be taken at any moment: give the job a runPolicy.checkpoint, or annotate it with ${CHECKPOINT_INTERVAL_ANNOTATION} when it saves its work elsewhere`;
  return [finding('spot-without-checkpoint', field, message)];
}

function spotAffinity(affinity: unknown, path: string): string | undefined {
  const required = objectOf(objectOf(affinity).nodeAffinity).requiredDuringSchedulingIgnoredDuringExecution;
  const asks = objectsOf(objectOf(required).nodeSelectorTerms)
    .flatMap((term) => objectsOf(term.matchExpressions))
    .some(({ key, operator, values }) => {
      const spot = SPOT.get(String(key));
      if (spot === undefined) return false;
      return operator === 'Exists' || (operator === 'In' && Array.isArray(values) && values.includes(spot));
    });
  return asks ? `${path}.affinity` : undefined;
}
