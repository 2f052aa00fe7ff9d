import type { Kind } from '../../../src/api/kube.ts';
import { ControllerProcess } from '../controller-process.ts';
import type { TrainingOperator } from '../peers/training-operator.ts';
import type { Platform } from '../platform.ts';
import type { Found } from './explanations.ts';
import type { Scenario } from './scenario.ts';
import { Side, TRAINING_KINDS } from './side.ts';
import { found } from './verdict.ts';

export interface DuelOptions {
  /** Flags that both understand. */
  readonly flags?: readonly string[];
  /** Kinds besides the usual ones that jobs own. */
  readonly helpers?: readonly Kind[];
}

/** The peer's limits are lifted: what it does is compared, not when. */
const UNLIMITED = ['--kube-api-qps=1000', '--kube-api-burst=1000', '--controller-threads=4'];

/**
 * The same jobs and acts for training-operator and for our controller, both at work at the
 * same time on one API server. @returns every difference
 */
export async function duel(
  platform: Platform,
  operator: TrainingOperator,
  scenarios: readonly Scenario[],
  { flags = [], helpers = [] }: DuelOptions = {},
): Promise<Found[]> {
  const [theirs, mine] = [await platform.namespace(), await platform.namespace()];
  const kinds = TRAINING_KINDS;
  const names = kinds.map(({ kind }) => kind);
  const peer = await operator.start(names, [`--namespace=${theirs}`, ...UNLIMITED, ...flags]);
  try {
    const controller = await ControllerProcess.start({
      kubeconfig: platform.identity.kubeconfig,
      flags: ['--namespace', mine, ...flags],
    });
    try {
      const [upstream, here] = await Promise.all(
        [theirs, mine].map((namespace) => new Side(platform.api, namespace, { kinds, helpers }).play(scenarios)),
      );
      return found(upstream ?? {}, here ?? {});
    } finally {
      await controller.stop();
    }
  } finally {
    await peer.stop();
  }
}
