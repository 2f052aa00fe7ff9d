import type { Job, JobSpec } from '../../../src/api/batch.ts';
import { JOB, POD } from '../../../src/api/kinds.ts';
import type { KubeObject } from '../../../src/api/kube.ts';
import { CORE_EVENT } from '../../../src/embedded/builtin/kinds.ts';
import { startEmbeddedCluster } from '../../../src/embedded/cluster.ts';
import type { JobPod } from '../../../src/embedded/controllers/job/pods.ts';
import { Random } from '../../../src/embedded/simulation/random.ts';
import { ProcessEnvironment, VirtualTime } from '../../../src/embedded/simulation/virtual-time.ts';

const START = Date.UTC(2026, 0, 1);
const NAMESPACE = 'default';

export const podTemplate = (more: object = {}) => ({
  spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'i:1' }], ...more },
});

/** A cluster in memory whose pods do what a test says. */
export class JobWorld {
  readonly #time = new VirtualTime(START);
  readonly server;

  constructor() {
    const environment = new ProcessEnvironment(this.#time, new Random(1));
    this.server = startEmbeddedCluster({ environment, managedFields: false }).server;
  }

  async create(name: string, spec: Partial<Record<keyof JobSpec, unknown>> = {}): Promise<Job> {
    const object = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      spec: { template: podTemplate(), ...spec },
    };
    this.server.create(JOB, NAMESPACE, object as unknown as KubeObject);
    await this.pass(0);
    return this.job(name);
  }

  job(name: string): Job {
    return this.server.get(JOB, { namespace: NAMESPACE, name }) as Job;
  }

  edit(name: string, spec: Partial<Record<keyof JobSpec, unknown>>): void {
    this.server.patch(JOB, { namespace: NAMESPACE, name }, 'merge', { spec });
  }

  pods(): readonly JobPod[] {
    return this.server.list(POD, { namespace: NAMESPACE }).items as readonly JobPod[];
  }

  /** Pods of one phase that are not on their way out. */
  running(phase = 'Pending'): readonly JobPod[] {
    return this.pods().filter(({ status, metadata }) => status?.phase === phase && !metadata.deletionTimestamp);
  }

  /** The pod of an index that has not ended. */
  indexed(index: number): JobPod {
    const found = this.running().find(({ metadata }) => metadata.labels?.[INDEX] === String(index));
    if (!found) throw new Error(`no pod of index ${index}`);
    return found;
  }

  succeed(pod: JobPod): void {
    this.#end(pod, 'Succeeded', 0);
  }

  fail(pod: JobPod, exitCode = 1): void {
    this.#end(pod, 'Failed', exitCode);
  }

  status(pod: JobPod, status: object): void {
    this.server.amend(POD, { namespace: NAMESPACE, name: pod.metadata.name }, (live) => ({
      ...live,
      status: { ...(live.status as object), ...status },
    }));
  }

  /** Lets seconds pass. */
  async pass(seconds: number): Promise<void> {
    await this.#time.runUntil(this.#time.now + seconds * 1000);
  }

  /** `Reason message`, times where more than one, oldest first; names of pods without their drawn end. */
  events(): readonly string[] {
    return this.server
      .list(CORE_EVENT, { namespace: NAMESPACE })
      .items.map((event) => event as KubeObject & { reason: string; message: string; count: number })
      .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map(({ reason, message, count }) => {
        const said = message.replace(/-[a-z0-9]{5}$/, '-*');
        return `${reason} ${said}${count > 1 ? ` x${count}` : ''}`;
      });
  }

  conditions(name: string): readonly string[] {
    return (this.job(name).status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
  }

  #end(pod: JobPod, phase: string, exitCode: number): void {
    const finishedAt = new Date(this.#time.now).toISOString();
    const containerStatuses = [{ name: 'a', state: { terminated: { exitCode, finishedAt } } }];
    this.status(pod, { phase, containerStatuses });
  }
}

const INDEX = 'batch.kubernetes.io/job-completion-index';
