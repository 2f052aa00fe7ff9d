import type { KubeObject } from '../../../src/api/kube.ts';
import { trainingJobTypes } from '../../../src/cli/simulate/training-jobs.ts';
import {
  type Arrival,
  type JobOutcome,
  type JobType,
  type Outcome,
  type Pool,
  type Scenario,
  simulate,
} from '../../../src/embedded/what-if/index.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const START = Date.UTC(2026, 0, 5);

const plain = typeOf();
const gang = typeOf('native');

function typeOf(gangScheduler?: string): JobType {
  const type = trainingJobTypes(gangScheduler ? { gangScheduler } : {}).find(
    ({ domain }) => domain.kind.kind === 'JAXJob',
  );
  if (!type) throw new Error('there are no JAXJobs');
  return type;
}

export interface JobOptions {
  readonly at?: number;
  readonly minutes?: number;
  readonly workers?: number;
  readonly gpus?: number;
  readonly priorityClassName?: string;
  readonly checkpointMs?: number;
  readonly gang?: boolean;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly runPolicy?: object;
  readonly podSpec?: object;
}

/** A JAXJob that takes an hour on one GPU unless told otherwise; `at` in minutes. */
export function job(name: string, options: JobOptions = {}): Arrival {
  const { at = 0, minutes = 60, workers = 1, gpus = 1, namespace = 'a', labels, runPolicy } = options;
  const { priorityClassName, podSpec, checkpointMs } = options;
  const object: KubeObject = {
    apiVersion: 'kubeflow.org/v1',
    kind: 'JAXJob',
    metadata: { name, namespace, ...(labels && { labels }) },
    spec: {
      ...(runPolicy && { runPolicy }),
      jaxReplicaSpecs: {
        Worker: {
          replicas: workers,
          template: {
            spec: {
              containers: [{ name: 'jax', image: 'jax:1', resources: { limits: { 'nvidia.com/gpu': gpus } } }],
              ...(priorityClassName && { priorityClassName }),
              ...podSpec,
            },
          },
        },
      },
    },
  };
  return {
    at: START + at * MINUTE,
    job: object,
    template: `${namespace}/${name}`,
    type: options.gang ? gang : plain,
    durationMs: minutes * MINUTE,
    ...(checkpointMs !== undefined && { checkpointMs }),
  };
}

export function pool(gpus: number, count: number, more: Partial<Pool> = {}): Pool {
  const capacity = new Map([
    ['nvidia.com/gpu', gpus * 1000],
    ['pods', 110_000],
  ]);
  return { name: 'gpu', count, capacity, labels: {}, taints: [], ...more };
}

export const priorityClass = (name: string, value: number, more: object = {}): KubeObject =>
  ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, ...more }) as KubeObject;

export const quota = (namespace: string, hard: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'limits', namespace },
  spec: { hard },
});

export const scenario = (
  arrivals: readonly Arrival[],
  pools: readonly Pool[],
  more: Partial<Scenario> = {},
): Scenario => ({
  start: START,
  until: START + 30 * 24 * HOUR,
  arrivals,
  pools,
  objects: [],
  queues: { clusterQueues: [], localQueues: new Map(), priorities: new Map() },
  seed: 1,
  ...more,
});

export const day = (...given: Parameters<typeof scenario>): Outcome => simulate(scenario(...given));

/** When each job began and ended, in minutes after the start. */
export function times(outcome: Outcome): Record<string, readonly (number | undefined)[]> {
  const minutes = (at: number | undefined) => (at === undefined ? undefined : (at - START) / MINUTE);
  return Object.fromEntries(outcome.jobs.map(({ key, started, ended }) => [key, [minutes(started), minutes(ended)]]));
}

export function jobNamed(outcome: Outcome, key: string): JobOutcome {
  const found = outcome.jobs.find((each) => each.key === key);
  if (!found) throw new Error(`there is no job ${key}`);
  return found;
}
