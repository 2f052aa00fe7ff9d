import { DEFINITIONS } from '../../api/index.ts';
import { type Outcome, type Scenario, simulate } from '../../embedded/what-if/index.ts';
import { arrivalsOf } from './arrivals.ts';
import { readArrivals } from './arrivals-file.ts';
import { batchJobType } from './batch-jobs.ts';
import { readWorkload } from './manifests.ts';
import { readPools } from './pools-file.ts';
import { queuesOf } from './queue-objects.ts';
import { trainingJobTypes } from './training-jobs.ts';

/** What `armature simulate` was asked. Times in milliseconds. */
export interface SimulateOptions {
  readonly path: string;
  readonly nodes: string;
  readonly arrivals?: string;
  /** For jobs that say nothing of their own. */
  readonly durationMs: number;
  readonly seed: number;
  /** A moment. @default - the arrivals file's, or the first Monday of 2026 */
  readonly start?: number;
  /** From the start; whatever goes on after is not looked at. */
  readonly untilMs: number;
  readonly gangSchedulerName?: string;
}

export interface Simulated {
  readonly outcome: Outcome;
  readonly leftOut: ReadonlyMap<string, number>;
}

/** The first Monday of 2026. */
const START = Date.UTC(2026, 0, 5);

/** @throws naming file, document, field and how to mend it */
export function simulateFiles(options: SimulateOptions): Simulated {
  const { scenario, leftOut } = scenarioOf(options);
  return { outcome: simulate(scenario), leftOut };
}

export function scenarioOf(options: SimulateOptions): {
  readonly scenario: Scenario;
  readonly leftOut: ReadonlyMap<string, number>;
} {
  const { gangSchedulerName } = options;
  if (gangSchedulerName !== undefined && gangSchedulerName !== 'native')
    throw new Error(
      `--gang-scheduler-name ${gangSchedulerName} is not simulated; use native, which starts gangs by the same rule`,
    );
  const training = trainingJobTypes(gangSchedulerName === undefined ? {} : { gangScheduler: gangSchedulerName });
  const types = [...training, batchJobType];
  const { jobs, objects, queues, namespaces, leftOut } = readWorkload(options.path, types, DEFINITIONS);
  if (jobs.length === 0) {
    const kinds = types.map(({ domain }) => domain.kind.kind).join(', ');
    throw new Error(`${options.path} holds no jobs to simulate; add at least one ${kinds}`);
  }
  const pools = readPools(options.nodes);
  const arrivals = options.arrivals === undefined ? undefined : readArrivals(options.arrivals);
  const start = options.start ?? arrivals?.start ?? START;
  const { seed, durationMs, untilMs } = options;
  const scenario = {
    start,
    until: start + untilMs,
    arrivals: arrivalsOf(jobs, arrivals, { start, seed, durationMs }),
    pools,
    objects,
    queues: queuesOf(queues, namespaces),
    seed,
  };
  return { scenario, leftOut };
}
