import type { Accelerator } from './accelerator.ts';
import type { Capacity } from './capacity.ts';
import type { ClusterNodes } from './cluster-nodes.ts';
import type { Platform } from './cluster-platform.ts';
import type { NodePool } from './node-pool.ts';
import type { Topology } from './topology.ts';

/** What a job says for all of its pods. */
export interface JobContext {
  /** @default - none: what is named after the job is named without it */
  readonly jobName?: string;
  /** The label that tells a job's pods by its name. @default - that of the training jobs */
  readonly jobLabel?: string;
  /** How names of volumes begin; a TrainJob's must not be those of its runtime. @default 'volume' */
  readonly volumePrefix?: string;
  /** @default Platform.plain() */
  readonly platform?: Platform;
  /** What is known of the cluster's nodes. @default - nothing: only the platform's own labels find them */
  readonly nodes?: ClusterNodes;
  /** What a runtime gives pods that ask for nothing of their own. @default - nothing */
  readonly accelerator?: Accelerator;
  /** For roles that say nothing of their own. @default - any nodes */
  readonly capacity?: Capacity;
  /** For roles that say nothing of their own. @default - any pool that offers what they ask for */
  readonly pool?: NodePool;
  /** @default - pods are placed one by one */
  readonly topology?: Topology;
}
