import { AKS_SPOT_LABEL, CAPACITY_TYPE_LABEL, GKE_SPOT_LABEL, OPENSHIFT_SPOT_LABEL } from '../api/index.ts';
import type { Platform } from './cluster-platform.ts';
import type { NodePlacement, NodeRequirement } from './node-placement.ts';

/** How a job uses machines that may be taken away. */
export interface SpotOptions {
  /** The job starts anew when a machine is taken, and that is accepted: it saves no checkpoints. @default false */
  readonly mayLoseWork?: boolean;
}

type Market = 'spot' | 'on-demand' | 'reserved';

/** How machines are bought: decides on which nodes pods run, and what they must survive. */
export class Capacity {
  readonly market: Market;
  /** The provider may take the machines at any moment, and the job has not said that it may lose its work. */
  readonly needsCheckpoint: boolean;
  private readonly reservation: string | undefined;

  /** Machines that the provider may take back at any moment. A job on them saves checkpoints, or says it can do without. */
  static spot({ mayLoseWork = false }: SpotOptions = {}): Capacity {
    return new Capacity('spot', !mayLoseWork);
  }

  /** Machines that stay: never spot ones. */
  static onDemand(): Capacity {
    return new Capacity('on-demand', false);
  }

  /**
   * Machines that were reserved beforehand.
   * @param name GKE: the reservation. EKS: the ID of the capacity reservation, such as `cr-56fac701cc1951b03`. AKS: the
   *   node pool that the capacity reservation group belongs to.
   */
  static reserved(name: string): Capacity {
    if (name === '') throw new Error("'name' of a reservation must not be empty");
    return new Capacity('reserved', false, name);
  }

  private constructor(market: Market, needsCheckpoint: boolean, reservation?: string) {
    this.market = market;
    this.needsCheckpoint = needsCheckpoint;
    this.reservation = reservation;
  }

  /** The nodes that were bought so. */
  on(platform: Platform): NodePlacement {
    const spot = spotNodes(platform);
    switch (this.market) {
      case 'spot':
        return {
          requirements: spot ? [spot.requirement] : [],
          tolerations: spot?.taint
            ? [{ key: spot.taint.key, operator: 'Equal', value: spot.taint.value, effect: 'NoSchedule' }]
            : [],
        };
      case 'on-demand':
        return { requirements: onDemand(platform), tolerations: [] };
      default:
        return { requirements: reserved(platform, this.reservation ?? ''), tolerations: [] };
    }
  }

  /** In words, such as `spot` or `reserved (h100s)`. */
  get title(): string {
    return this.reservation === undefined ? this.market : `${this.market} (${this.reservation})`;
  }

  /** Why the platform cannot tell such nodes, in words that say how to mend it. */
  problemsOn(platform: Platform): string[] {
    const { market, reservation } = this;
    if (platform.name === 'plain' && market !== 'on-demand') {
      return [
        `'capacity': a plain cluster has no label of its own for ${market} nodes: name the platform, or leave it out`,
      ];
    }
    if (market !== 'reserved') return [];
    if (platform.name === 'openshift') {
      return ["'capacity': OpenShift has no label for reserved nodes: leave it out"];
    }
    if (platform.name === 'eks' && !/^cr-[0-9a-f]+$/.test(reservation ?? '')) {
      return [
        `'capacity': a reservation on EKS is named by its ID, such as cr-56fac701cc1951b03, got '${reservation}'`,
      ];
    }
    return [];
  }
}

interface SpotNodes {
  readonly requirement: NodeRequirement;
  /** The taint that the provider puts on them by itself. */
  readonly taint?: { readonly key: string; readonly value: string };
}

/**
 * @see https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms
 * @see https://karpenter.sh/docs/concepts/scheduling/#well-known-labels
 * @see https://learn.microsoft.com/azure/aks/spot-node-pool
 * @see https://docs.redhat.com/documentation/openshift_container_platform (Machine API: interruptible instances)
 */
function spotNodes({ name }: Platform): SpotNodes | undefined {
  switch (name) {
    case 'gke':
      return spotLabel(GKE_SPOT_LABEL, 'true');
    case 'eks':
      return { requirement: { key: CAPACITY_TYPE_LABEL, values: ['spot'] } };
    case 'aks':
      return spotLabel(AKS_SPOT_LABEL, 'spot');
    case 'openshift':
      return {
        requirement: { key: OPENSHIFT_SPOT_LABEL, operator: 'Exists', values: [] },
      };
    default:
      return undefined;
  }
}

/** GKE and AKS put a taint of the label's name on these nodes by themselves. */
const spotLabel = (key: string, value: string): SpotNodes => ({
  requirement: { key, values: [value] },
  taint: { key, value },
});

function onDemand(platform: Platform): NodeRequirement[] {
  if (platform.name === 'eks') return [{ key: CAPACITY_TYPE_LABEL, values: ['on-demand'] }];
  const spot = spotNodes(platform);
  if (!spot) return [];
  const { key, values } = spot.requirement;
  return [{ key, operator: 'NotIn', values: values.length > 0 ? values : [''] }];
}

/**
 * @see https://cloud.google.com/kubernetes-engine/docs/how-to/consuming-reservations
 * @see https://karpenter.sh/docs/tasks/odcrs/
 * @see https://learn.microsoft.com/azure/aks/use-capacity-reservation-groups
 */
function reserved(platform: Platform, name: string): NodeRequirement[] {
  switch (platform.name) {
    case 'gke':
      return [
        { key: 'cloud.google.com/reservation-name', values: [name] },
        { key: 'cloud.google.com/reservation-affinity', values: ['specific'] },
      ];
    case 'eks':
      return [
        { key: CAPACITY_TYPE_LABEL, values: ['reserved'] },
        { key: platform.instanceLabel('capacity-reservation-id'), values: [name] },
      ];
    case 'aks':
      return [{ key: 'kubernetes.azure.com/agentpool', values: [name] }];
    default:
      return [];
  }
}
