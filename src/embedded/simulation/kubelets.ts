import { NODE, POD } from '../../api/kinds.ts';
import { type KubeObject, keyOf } from '../../api/kube.ts';
import { hasEnded } from '../../api/pod-phase.ts';
import { timestamp } from '../../api/timestamp.ts';
import { ApiError } from '../../runtime/client.ts';
import type { ApiServer } from '../api-server.ts';
import type { Random } from './random.ts';
import type { ProcessEnvironment } from './virtual-time.ts';

/** How pods fare on simulated nodes. */
export interface PodFate {
  /** Milliseconds from binding to running. */
  readonly startMs: number;
  /** Milliseconds from running to the end. */
  readonly runMs: number;
  readonly exitCode: number;
}

export interface KubeletOptions {
  readonly server: ApiServer;
  readonly environment: ProcessEnvironment;
  readonly random: Random;
  readonly nodes: readonly string[];
  /** Drawn for each run of a pod's containers. */
  readonly fate: (pod: KubeObject, run: number) => PodFate;
}

interface PodSpec {
  readonly nodeName?: string;
  readonly restartPolicy?: string;
  readonly containers: readonly { readonly name: string; readonly image?: string }[];
}

const UNREACHABLE = 'node.kubernetes.io/unreachable';
/** When pods are evicted from a node that does not answer. */
const EVICTION_MS = 300_000;
const GRACE_MS = 40_000;

/** Nodes that start pods, end them, and sometimes die: kubelets and the node lifecycle controller in one. */
export class Kubelets {
  readonly #options: KubeletOptions;
  readonly #dead = new Set<string>();
  /** UIDs that a kubelet has taken up. */
  readonly #known = new Set<string>();

  constructor(options: KubeletOptions) {
    this.#options = options;
    for (const name of options.nodes) this.#register(name);
    options.server.store.subscribe('/pods', ({ type, object }) => {
      if (type !== 'DELETED') this.#consider(object);
    });
  }

  get dead(): ReadonlySet<string> {
    return this.#dead;
  }

  /** A node stops answering; the control plane notices, marks it, and later evicts its pods. */
  fail(node: string): void {
    if (this.#dead.has(node)) return;
    this.#dead.add(node);
    this.#options.environment.after(GRACE_MS, () => {
      if (!this.#dead.has(node)) return;
      this.#mark(node, true);
      this.#options.environment.after(EVICTION_MS, () => {
        if (this.#dead.has(node)) this.#evict(node);
      });
    });
  }

  /** The node answers again, and catches up with what was decided meanwhile. */
  recover(node: string): void {
    if (!this.#dead.delete(node)) return;
    this.#mark(node, false);
    for (const pod of this.#options.server.store.list('/pods')) {
      if ((pod.spec as PodSpec).nodeName !== node) continue;
      this.#known.delete(pod.metadata.uid ?? '');
      this.#consider(pod);
    }
  }

  #register(name: string): void {
    const capacity = { cpu: '64', memory: '512Gi', pods: '500', 'nvidia.com/gpu': '8' };
    const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }];
    this.#options.server.create(NODE, undefined, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      status: { capacity, allocatable: capacity, conditions },
    } as KubeObject);
  }

  #mark(name: string, lost: boolean): void {
    this.#options.server.amend(NODE, { name }, (node) => ({
      ...node,
      spec: {
        ...(node.spec as object),
        taints: lost
          ? [
              { key: UNREACHABLE, effect: 'NoSchedule' },
              { key: UNREACHABLE, effect: 'NoExecute', timeAdded: timestamp(this.#options.environment.now()) },
            ]
          : [],
      },
      status: {
        ...(node.status as object),
        conditions: [
          { type: 'Ready', status: lost ? 'Unknown' : 'True', reason: lost ? 'NodeStatusUnknown' : 'KubeletReady' },
        ],
      },
    }));
  }

  #evict(node: string): void {
    for (const pod of this.#options.server.store.list('/pods')) {
      if ((pod.spec as PodSpec).nodeName === node && !pod.metadata.deletionTimestamp) this.#delete(pod);
    }
  }

  #consider(pod: KubeObject): void {
    const { uid = '', deletionTimestamp, deletionGracePeriodSeconds, finalizers = [] } = pod.metadata;
    const { nodeName } = pod.spec as PodSpec;
    if (!nodeName || this.#dead.has(nodeName)) return;
    const { environment, random } = this.#options;
    // Deleted by force, a pod that somebody holds by a finalizer is still to be killed and said to be.
    const held = finalizers.length > 0 && !hasEnded(pod);
    if (deletionTimestamp && (deletionGracePeriodSeconds !== 0 || held)) {
      environment.after(random.between(20, 3000), () => this.#finish(pod));
      return;
    }
    if (this.#known.has(uid) || hasEnded(pod)) return;
    this.#known.add(uid);
    this.#run(pod, 0);
  }

  /** The node is done with a pod that is to go. */
  #finish(pod: KubeObject): void {
    const current = this.#current(pod);
    if (!current) return;
    if (current.metadata.finalizers?.length) this.#sayKilled(current);
    this.#delete(pod, 0);
  }

  /** Who holds a pod waits to be told that it has ended. */
  #sayKilled(pod: KubeObject): void {
    const { namespace = '', name = '' } = pod.metadata;
    this.#options.server.amend(POD, { namespace, name }, (live) => {
      const status = { ...(live.status as object), phase: 'Failed', reason: 'Killed' };
      return hasEnded(live) ? live : { ...live, status };
    });
  }

  #delete(pod: KubeObject, gracePeriodSeconds?: number): void {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    try {
      this.#options.server.delete(
        POD,
        { namespace, name },
        { uid, ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }) },
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  #run(pod: KubeObject, restarts: number): void {
    const { environment, fate } = this.#options;
    const { startMs, runMs, exitCode } = fate(pod, restarts);
    environment.after(startMs, () => {
      if (!this.#report(pod, 'Running', { running: { startedAt: timestamp(environment.now()) } }, restarts)) return;
      environment.after(runMs, () => this.#end(pod, restarts, exitCode));
    });
  }

  #end(pod: KubeObject, restarts: number, exitCode: number): void {
    const { restartPolicy = 'Always' } = pod.spec as PodSpec;
    const again = restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
    const terminated = { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } };
    if (!again) this.#report(pod, exitCode === 0 ? 'Succeeded' : 'Failed', terminated, restarts);
    else if (this.#report(pod, 'Running', { waiting: { reason: 'CrashLoopBackOff' } }, restarts + 1)) {
      this.#run(pod, restarts + 1);
    }
  }

  /** False when the node is dead, or the pod is another's or on its way out. */
  #report(pod: KubeObject, phase: string, state: object, restartCount: number): boolean {
    const current = this.#current(pod);
    const { nodeName = '', containers } = pod.spec as PodSpec;
    if (!current || current.metadata.deletionTimestamp || hasEnded(current) || this.#dead.has(nodeName)) return false;
    const ready = phase === 'Running' && 'running' in state;
    const containerStatuses = containers.map(({ name, image = '' }) => ({
      name,
      image,
      imageID: '',
      ready,
      restartCount,
      state,
    }));
    const { namespace = '', name = '' } = pod.metadata;
    this.#options.server.amend(POD, { namespace, name }, (live) => ({
      ...live,
      status: {
        ...(live.status as object),
        phase,
        podIP: '10.0.0.1',
        containerStatuses,
        conditions: [
          { type: 'PodScheduled', status: 'True' },
          {
            type: 'Ready',
            status: ready ? 'True' : 'False',
            lastTransitionTime: timestamp(this.#options.environment.now()),
          },
        ],
      },
    }));
    return true;
  }

  #current(pod: KubeObject): KubeObject | undefined {
    const live = this.#options.server.store.get('/pods', keyOf(pod.metadata));
    return live?.metadata.uid === pod.metadata.uid ? live : undefined;
  }
}
