import { gangSchedulerRules } from '../../imports/controller-rules.ts';
import type { AccessRule } from './controller-access.ts';

/** A scheduler that starts all pods of a job together, or none of them. */
export class GangScheduler {
  /** What the controller is told; but for `native`, what pods name as their scheduler. */
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
    if (schedulerName === 'volcano' || schedulerName === 'native')
      throw new Error(`'schedulerName' must not be ${schedulerName}: use GangScheduler.${schedulerName}()`);
    return new GangScheduler(schedulerName, gangSchedulerRules['scheduler-plugins']);
  }

  private constructor(schedulerName: string, rules: readonly AccessRule[]) {
    this.schedulerName = schedulerName;
    this.rules = rules;
  }
}
