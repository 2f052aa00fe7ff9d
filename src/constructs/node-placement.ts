/** A label that the node must carry, with one of these values. */
export interface NodeRequirement {
  readonly key: string;
  readonly values: readonly string[];
}

/** A taint that the pod puts up with. */
export interface Toleration {
  readonly key: string;
  readonly operator: 'Exists' | 'Equal';
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'NoExecute';
}

/** Where a pod may run. */
export interface NodePlacement {
  readonly requirements: readonly NodeRequirement[];
  readonly tolerations: readonly Toleration[];
}

/** The part of a pod's spec that says where it may run. */
export interface PlacementSpec {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: object;
  readonly tolerations?: readonly Toleration[];
}

/** A requirement of one value becomes a node selector, of several a required node affinity. */
export function placementSpec(placement: NodePlacement): PlacementSpec {
  const single = placement.requirements.filter((requirement) => requirement.values.length === 1);
  const several = placement.requirements.filter((requirement) => requirement.values.length > 1);
  return {
    ...(single.length > 0 && { nodeSelector: Object.fromEntries(single.map(({ key, values }) => [key, values[0]!])) }),
    ...(several.length > 0 && {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: several.map(({ key, values }) => ({ key, operator: 'In', values: [...values] })) },
            ],
          },
        },
      },
    }),
    ...(placement.tolerations.length > 0 && { tolerations: placement.tolerations }),
  };
}
