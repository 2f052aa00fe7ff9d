import { JOB, POD } from '../../../src/api/kinds.ts';
import type { KubeObject } from '../../../src/api/kube.ts';
import type { Answer, Request, Side } from '../embedded-compare/calls.ts';
import type { Step } from './script.ts';
import type { Seen } from './state.ts';

type Pod = KubeObject & {
  readonly status?: { readonly phase?: string; readonly conditions?: readonly { readonly type: string }[] };
};

const INDEX = 'batch.kubernetes.io/job-completion-index';
const HOUR_MS = 3_600_000;
export const JOB_NAME = 'life';

/** One of the two clusters with one Job in a namespace of its own. */
export class LifeSide {
  readonly #side: Side;
  readonly #namespace: string;
  readonly #see: () => Seen;

  constructor(side: Side, namespace: string, see: () => Seen) {
    this.#side = side;
    this.#namespace = namespace;
    this.#see = see;
  }

  seen(): Seen {
    return this.#see();
  }

  create(spec: object): Promise<Answer> {
    const body = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: JOB_NAME }, spec };
    return this.#send({ verb: 'create', kind: JOB, body });
  }

  /** The code of what was answered; 0 when there was nothing to do it to. */
  async play(step: Step): Promise<number> {
    const { code } = (await this.#play(step)) ?? { code: 0 };
    return code;
  }

  #play(step: Step): Promise<Answer> | undefined {
    switch (step.do) {
      case 'start': {
        const conditions = [{ type: 'Ready', status: step.ready ? 'True' : 'False', lastTransitionTime: past() }];
        return this.#status(this.#pod('Pending', step.index), { phase: 'Running', conditions });
      }
      case 'succeed':
        return this.#end(this.#live(step.index), 'Succeeded', 0, past());
      case 'fail': {
        const at = step.now ? new Date().toISOString() : past();
        return this.#end(this.#live(step.index), 'Failed', step.exitCode, at, step.disrupted);
      }
      case 'restart':
        return this.#status(this.#pod('Running'), {
          containerStatuses: [{ ...container(), restartCount: step.count, state: { running: { startedAt: past() } } }],
        });
      case 'deletePod':
        return this.#deletePod(this.#live(step.index));
      case 'reap':
        return this.#reap(step.phase);
      case 'unlabel': {
        const name = this.#live()?.metadata.name;
        const labels = { 'batch.kubernetes.io/controller-uid': null };
        return name === undefined
          ? undefined
          : this.#send({ verb: 'patch', kind: POD, name, patch: 'merge', body: { metadata: { labels } } });
      }
      case 'edit':
        return this.#send({ verb: 'patch', kind: JOB, name: JOB_NAME, patch: 'merge', body: { spec: step.spec } });
      case 'deleteJob': {
        const { propagationPolicy } = step;
        const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...(propagationPolicy && { propagationPolicy }) };
        return this.#send({ verb: 'delete', kind: JOB, name: JOB_NAME, body });
      }
      case 'wait':
        return undefined;
    }
  }

  /** Those of the Job, in the order of their names. */
  #pods(): readonly Pod[] {
    const owned = this.#see().pods.filter(({ metadata }) => metadata.ownerReferences?.length) as Pod[];
    return owned.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  }

  #pod(phase: string, index?: number): Pod | undefined {
    return this.#pods().find(
      ({ status, metadata }) =>
        status?.phase === phase &&
        !metadata.deletionTimestamp &&
        (index === undefined || metadata.annotations?.[INDEX] === String(index)),
    );
  }

  /** Running pods first, ready ones before others, so that both sides mean pods that are alike. */
  #live(index?: number): Pod | undefined {
    return this.#pod('Running', index) ?? this.#pod('Pending', index);
  }

  #status(pod: Pod | undefined, status: object): Promise<Answer> | undefined {
    const name = pod?.metadata.name;
    if (name === undefined) return undefined;
    return this.#send({ verb: 'patch', kind: POD, name, sub: 'status', patch: 'merge', body: { status } });
  }

  #end(
    pod: Pod | undefined,
    phase: string,
    exitCode: number,
    finishedAt: string,
    disrupted = false,
  ): Promise<Answer> | undefined {
    const state = { terminated: { exitCode, finishedAt: `${finishedAt.slice(0, 19)}Z` } };
    const conditions = disrupted ? { conditions: [{ type: 'DisruptionTarget', status: 'True' }] } : {};
    return this.#status(pod, { phase, containerStatuses: [{ ...container(), state }], ...conditions });
  }

  #deletePod(pod: Pod | undefined): Promise<Answer> | undefined {
    const name = pod?.metadata.name;
    if (name === undefined) return undefined;
    return this.#send({ verb: 'delete', kind: POD, name, body: { apiVersion: 'v1', kind: 'DeleteOptions' } });
  }

  /** What a kubelet does in the end. */
  async #reap(phase: string): Promise<Answer> {
    const pod = this.#pods().find(({ metadata }) => metadata.deletionTimestamp !== undefined);
    if (!pod) return { code: 0, body: undefined };
    if (!['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) {
      await this.#end(pod, phase, phase === 'Failed' ? 137 : 0, past());
    }
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
    return this.#send({ verb: 'delete', kind: POD, name: pod.metadata.name ?? '', body });
  }

  #send(request: Omit<Request, 'namespace'>): Promise<Answer> {
    return this.#side.send({ ...request, namespace: this.#namespace });
  }
}

const past = (): string => new Date(Date.now() - HOUR_MS).toISOString();
const container = () => ({ name: 'a', image: 'nothing:1', imageID: '', ready: false, restartCount: 0 });
