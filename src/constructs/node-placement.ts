/** What is asked of one label of the node. */
export interface NodeRequirement {
  readonly key: string;
  /** Any one of these, or none of them, as the operator has it. */
  readonly values: readonly string[];
  /** @default 'In' */
  readonly operator?: 'In' | 'NotIn' | 'Exists';
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
  /** Nodes that meet all of any one of these. @default - it does not matter */
  readonly anyOf?: readonly (readonly NodeRequirement[])[];
}

/** The part of a pod's spec that says where it may run. */
export interface PlacementSpec {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: object;
  readonly tolerations?: readonly Toleration[];
}

/** Nodes that meet all of these at once. */
export function everyPlacement(placements: readonly NodePlacement[]): NodePlacement {
  const tolerations = placements.flatMap((placement) => placement.tolerations);
  const distinct = new Map(tolerations.map((toleration) => [JSON.stringify(toleration), toleration]));
  const anyOf = placements
    .flatMap((placement) => (placement.anyOf ? [placement.anyOf] : []))
    .reduce<readonly (readonly NodeRequirement[])[]>(
      (all, more) => (all.length === 0 ? more : all.flatMap((one) => more.map((other) => [...one, ...other]))),
      [],
    );
  return {
    requirements: placements.flatMap((placement) => placement.requirements),
    tolerations: [...distinct.values()],
    ...(anyOf.length > 0 && { anyOf }),
  };
}

/** A requirement of one value becomes a node selector, any other a required node affinity. */
export function placementSpec(placement: NodePlacement): PlacementSpec {
  const selects = ({ operator = 'In', values }: NodeRequirement) => operator === 'In' && values.length === 1;
  const single = placement.requirements.filter(selects);
  const several = placement.requirements.filter((requirement) => !selects(requirement));
  const terms = (placement.anyOf ?? [[]]).map((one) => [...several, ...one]).filter((term) => term.length > 0);
  return {
    ...(single.length > 0 && { nodeSelector: Object.fromEntries(single.map(({ key, values }) => [key, values[0]!])) }),
    ...(terms.length > 0 && {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: terms.map((term) => ({ matchExpressions: term.map(expression) })),
          },
        },
      },
    }),
    ...(placement.tolerations.length > 0 && { tolerations: placement.tolerations }),
  };
}

function expression({ key, operator = 'In', values }: NodeRequirement) {
  return { key, operator, ...(operator !== 'Exists' && { values: [...values] }) };
}
