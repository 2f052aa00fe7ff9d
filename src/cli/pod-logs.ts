import { POD } from '../api/kinds.ts';
import { queryString, resourcePath } from '../runtime/resource-path.ts';

/** Reads a path as lines of text. */
export interface LineReader {
  lines(path: string, signal: AbortSignal): AsyncIterable<string>;
}

export interface LogOptions {
  readonly container?: string;
  /** Goes on until the container ends. @default false */
  readonly follow?: boolean;
  /** Only the last lines. @default - all */
  readonly tailLines?: number;
  /** Of the container before its last restart. @default false */
  readonly previous?: boolean;
  /** Only what was written within this time. @default - all */
  readonly sinceSeconds?: number;
  readonly signal: AbortSignal;
}

/** The lines that a pod's container wrote, without those that are empty. */
export function podLogs(
  reader: LineReader,
  pod: { readonly namespace: string; readonly name: string },
  options: LogOptions,
): AsyncIterable<string> {
  const { signal, ...query } = options;
  const path = resourcePath(POD, { namespace: pod.namespace, name: pod.name, subresource: 'log' });
  return reader.lines(path + queryString(query), signal);
}
