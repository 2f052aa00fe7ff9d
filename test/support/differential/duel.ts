import { ControllerProcess } from '../controller-process.ts';
import type { Runner } from '../peers/peer-process.ts';
import type { TrainingOperator } from '../peers/training-operator.ts';
import type { Platform } from '../platform.ts';
import type { JobUnderTest } from '../pytorch-job.ts';
import type { GangScheduler } from './gang-schedulers.ts';
import type { Scenario } from './scenario.ts';
import { Side } from './side.ts';
import { TRAINING_KINDS, trainingWorld } from './training-world.ts';
import { type Found, found } from './verdict.ts';
import type { World } from './world.ts';

export interface DuelOptions<Job> {
  readonly world: World<Job>;
  readonly scenarios: readonly Scenario<Job>[];
  /** Starts the peer for one namespace, if it can be held to one. */
  startPeer(namespace: string): Promise<Runner>;
  /** Of our controller. */
  readonly flags?: readonly string[];
  /** How long nothing may change before a look is taken. */
  readonly quietMs: number;
  /** The peer looks at every namespace, so that ours has to wait until it is gone. @default false */
  readonly oneAfterTheOther?: boolean;
}

/** The same jobs and acts for a peer and for our controller on one API server. @returns every difference */
export async function duel<Job>(platform: Platform, options: DuelOptions<Job>): Promise<Found[]> {
  const { world, scenarios, quietMs, flags = [] } = options;
  const play = async (start: (namespace: string) => Promise<Runner>) => {
    const namespace = await platform.namespace();
    const runner = await start(namespace);
    try {
      return await new Side(platform.api, namespace, world).play(scenarios, quietMs);
    } finally {
      await runner.stop();
    }
  };
  const theirs = () => play(options.startPeer);
  const ours = () =>
    play((namespace) =>
      ControllerProcess.start({
        kubeconfig: platform.identity.kubeconfig,
        flags: ['--namespace', namespace, ...flags],
        readyWithinMs: 60_000,
      }),
    );
  if (!options.oneAfterTheOther) {
    const [peer, mine] = await Promise.all([theirs(), ours()]);
    return found(peer, mine);
  }
  const peer = await theirs();
  return found(peer, await ours());
}

/** The peer's limits are lifted: what it does is compared, not when. */
const UNLIMITED = ['--kube-api-qps=1000', '--kube-api-burst=1000', '--controller-threads=4'];

/** Counts are written once pods have been quiet for 10 seconds. */
const QUIET_MS = 11_500;

export function trainingDuel(
  platform: Platform,
  operator: TrainingOperator,
  scenarios: readonly Scenario<JobUnderTest>[],
  gang?: GangScheduler,
): Promise<Found[]> {
  const flags = gang ? [`--gang-scheduler-name=${gang.scheduler}`] : [];
  const names = TRAINING_KINDS.map(({ kind }) => kind);
  return duel(platform, {
    world: trainingWorld(gang && [gang.kind]),
    scenarios,
    startPeer: (namespace) => operator.start(names, [`--namespace=${namespace}`, ...UNLIMITED, ...flags]),
    flags,
    quietMs: QUIET_MS,
  });
}
