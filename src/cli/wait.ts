import { setTimeout as pause } from 'node:timers/promises';
import { conditionOf, type KubeObject } from '../api/kube.ts';
import type { Log } from '../runtime/progress.ts';

/** What a look at something says: done, or what is still missing. */
export type Progress = { readonly done: true } | { readonly done: false; readonly waitingFor: string };

export interface WaitOptions {
  readonly timeoutMs: number;
  /** Told what is waited for after two seconds, then every ten. */
  readonly log: Log;
}

const POLL_MS = 250;
const FIRST_WORD_MS = 2_000;
const NEXT_WORD_MS = 10_000;

/**
 * Looks until it is done.
 * @throws when the time is up, with what was missing last
 */
export async function waitUntil(title: string, look: () => Promise<Progress>, options: WaitOptions): Promise<void> {
  const started = Date.now();
  for (let nextWord = FIRST_WORD_MS; ; ) {
    const progress = await look();
    if (progress.done) return;
    const elapsed = Date.now() - started;
    const seconds = (elapsed / 1000).toFixed(0);
    if (elapsed > options.timeoutMs) throw new Error(`${title}: not done after ${seconds} s; ${progress.waitingFor}`);
    if (elapsed > nextWord) {
      options.log(`… ${title}, ${seconds} s: ${progress.waitingFor}`);
      nextWord = elapsed + NEXT_WORD_MS;
    }
    await pause(POLL_MS);
  }
}

/** Whether the apiserver serves a CRD's kinds. */
export function established(crd: KubeObject): Progress {
  if (conditionOf(crd, 'Established')?.status === 'True') return { done: true };
  const refused = conditionOf(crd, 'NamesAccepted');
  const why = refused?.status === 'False' ? `: ${refused.message ?? refused.reason}` : '';
  return { done: false, waitingFor: `${crd.metadata.name} is not established${why}` };
}

/** Whether a Deployment runs what it asks for, and nothing older. */
export function rolledOut(deployment: KubeObject): Progress {
  const wanted = (deployment.spec as { replicas?: number }).replicas ?? 1;
  const status = (deployment.status ?? {}) as {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
  };
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
  const seen = (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
  if (seen && updatedReplicas >= wanted && availableReplicas >= wanted && replicas === updatedReplicas)
    return { done: true };
  return {
    done: false,
    waitingFor: `Deployment ${deployment.metadata.name} has ${availableReplicas} of ${wanted} pods available`,
  };
}
