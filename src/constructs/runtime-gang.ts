import type { Duration } from 'cdk8s';
import type { PodGroupPolicy } from '../api/index.ts';

/** How near to one another Volcano places the pods of a gang. */
export interface VolcanoGangOptions {
  /** `hard`: only on nodes as near as `highestTier`; `soft`: there if possible. @default - wherever there is room */
  readonly topology?: 'hard' | 'soft';
  /** The largest tier of Volcano's HyperNodes that the pods may spread over. @default 1 */
  readonly highestTier?: number;
}

/** Which scheduler starts all pods of a TrainJob together. It must be the platform's gang scheduler. */
export class RuntimeGang {
  readonly policy: PodGroupPolicy;

  /**
   * The co-scheduling of Kubernetes' scheduler-plugins.
   * @param timeout after which a gang that cannot start gives way; whole seconds
   */
  static coscheduling(timeout?: Duration): RuntimeGang {
    return new RuntimeGang({ coscheduling: timeout ? { scheduleTimeoutSeconds: timeout.toSeconds() } : {} });
  }

  /** Volcano. */
  static volcano({ topology, highestTier = 1 }: VolcanoGangOptions = {}): RuntimeGang {
    const networkTopology = topology && { mode: topology, highestTierAllowed: highestTier };
    return new RuntimeGang({ volcano: networkTopology ? { networkTopology } : {} });
  }

  private constructor(policy: PodGroupPolicy) {
    this.policy = policy;
  }
}
