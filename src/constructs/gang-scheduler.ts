import { gangSchedulerRules } from '../../imports/controller-rules.ts';
import type { AccessRule } from './controller-access.ts';

/** Names that mean something else to the controller, and what to call instead. */
const OWN_NAMES: Readonly<Record<string, string>> = { volcano: 'volcano', native: 'native', auto: 'discovered' };

/** A scheduler that starts all pods of a job together, or none of them. */
export class GangScheduler {
  /** What the controller is told; but for `native` and `auto`, what pods name as their scheduler. */
  readonly schedulerName: string;
  /** What the controller needs besides, to look after the scheduler's groups. */
  readonly rules: readonly AccessRule[];

  /** Volcano. @see https://volcano.sh */
  static volcano(): GangScheduler {
    return new GangScheduler('volcano', gangSchedulerRules.volcano);
  }

  /** Kubernetes' own: an alpha API of 1.36, behind the feature gates GenericWorkload and GangScheduling. */
  static native(): GangScheduler {
    return new GangScheduler('native', gangSchedulerRules.native);
  }

  /**
   * The co-scheduling of Kubernetes' scheduler-plugins.
   * @param schedulerName the name that the scheduler was installed under
   */
  static schedulerPlugins(schedulerName = 'scheduler-plugins-scheduler'): GangScheduler {
    const own = OWN_NAMES[schedulerName];
    if (own) throw new Error(`'schedulerName' must not be ${schedulerName}: use GangScheduler.${own}()`);
    return new GangScheduler(schedulerName, gangSchedulerRules['scheduler-plugins']);
  }

  /**
   * What the cluster has when the controller starts: Volcano, else scheduler-plugins under its usual name, else
   * Kubernetes' own, else none. The controller may look after the groups of each.
   */
  static discovered(): GangScheduler {
    const { volcano, native, 'scheduler-plugins': plugins } = gangSchedulerRules;
    return new GangScheduler('auto', [...volcano, ...native, ...plugins]);
  }

  private constructor(schedulerName: string, rules: readonly AccessRule[]) {
    this.schedulerName = schedulerName;
    this.rules = rules;
  }
}
