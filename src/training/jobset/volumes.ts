import type { KubeObject } from '../../api/kube.ts';
import { JOB_SET_NAME_LABEL } from '../../api/labels.ts';
import type { PersistentVolumeClaimTemplate } from '../../api/persistent-volume-claim.ts';
import type { PodSpec } from '../../api/pod-template.ts';
import type { JobGroup } from './set.ts';

/** A claim that the Jobs of a set share. */
export interface SharedClaim {
  /** As containers mount it. */
  readonly volume: string;
  readonly object: KubeObject;
  /** It stays when the set is deleted. */
  readonly kept: boolean;
}

/** `<template>-<jobset>` for each template; of two with the same name the first counts. */
export function sharedClaims(set: JobGroup): readonly SharedClaim[] {
  const claims = (set.object.spec.volumeClaimPolicies ?? []).flatMap(({ templates = [], retentionPolicy }) =>
    templates.map((template) => ({
      volume: template.metadata?.name ?? '',
      object: claimOf(set, template),
      kept: retentionPolicy?.whenDeleted === 'Retain',
    })),
  );
  return claims.filter(({ volume }, index) => claims.findIndex((claim) => claim.volume === volume) === index);
}

function claimOf(set: JobGroup, { metadata = {}, spec }: PersistentVolumeClaimTemplate): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${metadata.name}-${set.name}`,
      namespace: set.namespace,
      labels: { ...metadata.labels, [JOB_SET_NAME_LABEL]: set.name },
      ...(metadata.annotations && { annotations: metadata.annotations }),
    },
    spec,
  };
}

/** Adds the volumes that a container mounts and the template does not have. */
export function withSharedClaims(spec: PodSpec, claims: readonly SharedClaim[]): PodSpec {
  const mounted = new Set(
    [...(spec.initContainers ?? []), ...spec.containers].flatMap(({ volumeMounts = [] }) =>
      volumeMounts.map(({ name }) => name),
    ),
  );
  const own = new Set(spec.volumes?.map(({ name }) => name));
  const added = claims.filter(({ volume }) => mounted.has(volume) && !own.has(volume));
  if (added.length === 0) return spec;
  const volumes = added.map(({ volume, object }) => ({
    name: volume,
    persistentVolumeClaim: { claimName: object.metadata.name },
  }));
  return { ...spec, volumes: [...(spec.volumes ?? []), ...volumes] };
}
