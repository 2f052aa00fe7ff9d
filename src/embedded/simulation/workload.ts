import { NAMESPACE, POD } from '../../api/kinds.ts';
import type { Kind, KubeObject } from '../../api/kube.ts';
import { phaseOf } from '../../api/pod-phase.ts';
import { ApiError } from '../../runtime/client.ts';
import type { ApiServer } from '../api-server.ts';
import { RESOURCE_QUOTA } from '../builtin/kinds.ts';
import type { Random } from './random.ts';

/** A kind of job that simulated users create. */
export interface JobShape {
  readonly kind: Kind;
  /** A spec with these replicas of each role, the first role being one of a kind where `leader` says so. */
  spec(draw: JobDraw): object;
  /** The spec with another number of workers. */
  scaled(spec: object, workers: number): object;
  /** The spec of a job that may run, or not. @default - says so in its `runPolicy` */
  suspended?(spec: object, suspend: boolean): object;
}

export interface JobDraw {
  readonly workers: number;
  readonly restartPolicy: string;
  readonly runPolicy: Readonly<Record<string, unknown>>;
}

export const USER_NAMESPACES = ['team-a', 'team-b'] as const;
const NAMES = ['alpha', 'beta', 'gamma', 'delta'];
const QUOTA = 'simulated';

/** What users do, at random, straight at the apiserver. */
export class Users {
  readonly #server: ApiServer;
  readonly #random: Random;
  readonly #shapes: readonly JobShape[];

  constructor(server: ApiServer, random: Random, shapes: readonly JobShape[]) {
    this.#server = server;
    this.#random = random;
    this.#shapes = shapes;
    for (const name of USER_NAMESPACES) this.#ensureNamespace(name);
  }

  /** Does one thing; returns what, for a log. */
  act(): string {
    const random = this.#random;
    const draw = random.next();
    try {
      if (draw < 0.42) return this.#create();
      if (draw < 0.52) return this.#edit('suspend', (spec, shape) => suspended(shape, spec, true));
      if (draw < 0.64) return this.#edit('resume', (spec, shape) => suspended(shape, spec, false));
      if (draw < 0.72) return this.#scale();
      if (draw < 0.82) return this.#deleteJob();
      if (draw < 0.9) return this.#deletePod();
      if (draw < 0.93) return this.#deleteNamespace();
      if (draw < 0.96) return this.#fillQuota();
      return this.#liftQuotas();
    } catch (error) {
      if (error instanceof ApiError) return `refused: ${error.message}`;
      throw error;
    }
  }

  /** Takes away what keeps jobs from ending: quotas, missing namespaces, suspension. */
  makePeace(): void {
    this.#liftQuotas();
    for (const name of USER_NAMESPACES) this.#ensureNamespace(name);
  }

  #ensureNamespace(name: string): void {
    if (this.#server.store.get('/namespaces', name)) return;
    this.#server.create(NAMESPACE, undefined, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  #create(): string {
    const random = this.#random;
    const shape = random.pick(this.#shapes);
    const namespace = random.pick(USER_NAMESPACES);
    this.#ensureNamespace(namespace);
    // Jobs of two kinds under one name want the same pods, and the second waits for ever.
    const prefix = shape.kind.kind.toLowerCase().replace(/(.)job$/, '$1');
    const name = `${prefix}-${random.pick(NAMES)}`;
    const maybe = <T>(key: string, value: T) => (random.chance(0.4) ? { [key]: value } : {});
    const runPolicy = {
      ...maybe('backoffLimit', random.between(0, 3)),
      ...maybe('restartScope', random.pick(['Job', 'Job', 'Pod', 'Container'])),
      ...maybe('cleanPodPolicy', random.pick(['None', 'Running', 'All'])),
      ...maybe('activeDeadlineSeconds', random.between(20, 400)),
      ...maybe('ttlSecondsAfterFinished', random.between(0, 120)),
      ...(random.chance(0.15) && { suspend: true }),
    };
    const spec = shape.spec({
      workers: random.between(1, 3),
      restartPolicy: random.pick(['Always', 'OnFailure', 'Never', 'ExitCode', 'ExitCode']),
      runPolicy,
    });
    const { group, version, kind } = shape.kind;
    this.#server.create(shape.kind, namespace, {
      apiVersion: `${group}/${version}`,
      kind,
      metadata: { name, namespace },
      spec,
    });
    return `create ${kind} ${namespace}/${name}`;
  }

  #someJob(): { readonly shape: JobShape; readonly job: KubeObject } | undefined {
    const jobs = this.#shapes.flatMap((shape) =>
      this.#server.list(shape.kind, {}).items.map((job) => ({ shape, job })),
    );
    return jobs.length === 0 ? undefined : this.#random.pick(jobs);
  }

  #edit(what: string, change: (spec: object, shape: JobShape) => object): string {
    const found = this.#someJob();
    if (!found) return `${what}: no job`;
    const { shape, job } = found;
    const { name = '', namespace = '' } = job.metadata;
    this.#server.replace(shape.kind, { name, namespace }, { ...job, spec: change(job.spec as object, shape) });
    return `${what} ${namespace}/${name}`;
  }

  #scale(): string {
    const workers = this.#random.between(1, 4);
    return this.#edit(`scale to ${workers}`, (spec, shape) => shape.scaled(spec, workers));
  }

  #deleteJob(): string {
    const found = this.#someJob();
    if (!found) return 'delete: no job';
    const { name = '', namespace = '' } = found.job.metadata;
    const propagationPolicy = this.#random.pick(['Background', 'Foreground'] as const);
    this.#server.delete(found.shape.kind, { name, namespace }, { propagationPolicy });
    return `delete ${namespace}/${name} (${propagationPolicy})`;
  }

  #deletePod(): string {
    // A failed pod is the controller's to count; one that a user takes away first costs nothing.
    const pods = this.#server.store.list('/pods').filter((pod) => !hasFailed(pod));
    if (pods.length === 0) return 'delete pod: none';
    const { name = '', namespace = '' } = this.#random.pick(pods).metadata;
    this.#server.delete(POD, { name, namespace }, this.#random.chance(0.2) ? { gracePeriodSeconds: 0 } : {});
    return `delete pod ${namespace}/${name}`;
  }

  #deleteNamespace(): string {
    const name = this.#random.pick(USER_NAMESPACES);
    this.#server.delete(NAMESPACE, { name });
    return `delete namespace ${name}`;
  }

  #fillQuota(): string {
    const namespace = this.#random.pick(USER_NAMESPACES);
    const hard = { pods: String(this.#random.between(0, 4)) };
    this.#server.create(RESOURCE_QUOTA, namespace, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: QUOTA, namespace },
      spec: { hard },
    });
    return `quota of ${hard.pods} pods in ${namespace}`;
  }

  #liftQuotas(): string {
    for (const { metadata } of this.#server.list(RESOURCE_QUOTA, {}).items) {
      this.#server.delete(RESOURCE_QUOTA, { name: metadata.name ?? '', namespace: metadata.namespace ?? '' });
    }
    return 'lift quotas';
  }
}

const suspended = (shape: JobShape, spec: object, suspend: boolean): object =>
  shape.suspended?.(spec, suspend) ?? withRunPolicy(spec, { suspend });

function withRunPolicy(spec: object, change: object): object {
  const { runPolicy = {} } = spec as { readonly runPolicy?: object };
  return { ...spec, runPolicy: { ...runPolicy, ...change } };
}

const hasFailed = (pod: KubeObject): boolean => phaseOf(pod) === 'Failed';
