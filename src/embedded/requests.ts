import type { KubeObject } from '../api/kube.ts';
import type { DecodeOptions } from './decoding.ts';

/** What the verbs of the apiserver are asked for, and what a deletion answers with. */

export interface WriteRequest extends DecodeOptions {
  readonly subresource?: string;
  readonly fieldManager?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export interface SelectRequest {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WatchRequest extends SelectRequest {
  readonly namespace?: string;
  /** Empty or `0`: the current state comes first, as ADDED. */
  readonly resourceVersion?: string;
  readonly sendInitialEvents?: boolean;
  readonly resourceVersionMatch?: string;
}

export interface DeleteResult {
  readonly object: KubeObject;
  /** Gone, not only marked. */
  readonly gone: boolean;
}
