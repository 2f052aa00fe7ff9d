import { POD } from '../../api/kinds.ts';
import type { Kind, KubeObject } from '../../api/kube.ts';
import type { KubeClient } from '../../runtime/client.ts';
import { systemEnvironment } from '../../runtime/environment.ts';
import { silentLogger } from '../../runtime/log.ts';
import type { Log } from '../../runtime/progress.ts';
import { projectionOf } from '../../runtime/projection.ts';
import { Reflector } from '../../runtime/reflector.ts';
import type { Found } from './find-job.ts';
import { type RankedPod, ranked } from './job-pods.ts';

/** A job and its pods at one moment. */
export interface JobScene {
  /** Undefined once it is deleted, or replaced by another of its name. */
  readonly job: KubeObject | undefined;
  readonly pods: readonly RankedPod[];
}

export interface WatchJobOptions {
  /** Whether pods are watched too. @default true */
  readonly pods?: boolean;
  /** Told when the connection is lost and found again. */
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The job as it changes, from what it is now until `signal`; changes that come together are told together. */
export async function* watchJob(client: KubeClient, found: Found, options: WatchJobOptions): AsyncGenerator<JobScene> {
  const { trainKind, job } = found;
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  let wake = () => {};
  const changed = () => wake();
  const { namespace, uid } = job.metadata;
  const jobs = keep(client, trainKind.kind, { namespace, log: options.log, signal, changed });
  const pods =
    options.pods === false
      ? undefined
      : keep(client, POD, { namespace, labelSelector: trainKind.podSelector(job), log: options.log, signal, changed });
  signal.addEventListener('abort', changed);
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (signal.aborted) return;
      if (jobs.synced() && (pods?.synced() ?? true)) {
        const current = [...jobs.objects.values()].find(({ metadata }) => metadata.uid === uid);
        const all = pods ? [...pods.objects.values()] : [];
        yield { job: current, pods: ranked({ trainKind, job: current ?? job }, all) };
      }
      if (!signal.aborted) await woken;
    }
  } finally {
    ending.abort();
    await Promise.all([jobs.done, pods?.done]);
  }
}

interface KeepOptions {
  readonly namespace: string | undefined;
  readonly labelSelector?: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly changed: () => void;
}

function keep(client: KubeClient, kind: Kind, { namespace, labelSelector, log, signal, changed }: KeepOptions) {
  const objects = new Map<string, KubeObject>();
  let synced = false;
  const keyOf = ({ metadata }: KubeObject) => metadata.uid ?? '';
  const reflector = new Reflector({
    client,
    environment: systemEnvironment,
    log: { ...silentLogger, warn: (message, fields) => log(`… ${message}${fields?.error ? `: ${fields.error}` : ''}`) },
    kind,
    ...(namespace && { namespace }),
    ...(labelSelector && { labelSelector }),
    sink: {
      project: projectionOf(),
      replace: (all) => {
        objects.clear();
        for (const object of all) objects.set(keyOf(object), object);
        synced = true;
        changed();
      },
      upsert: (object) => {
        objects.set(keyOf(object), object);
        changed();
      },
      remove: (object) => {
        objects.delete(keyOf(object));
        changed();
      },
      advance: () => {},
    },
  });
  return { objects, synced: () => synced, done: reflector.run(signal) };
}
