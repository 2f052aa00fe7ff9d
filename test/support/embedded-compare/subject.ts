import type { Kind } from '../../../src/api/kube.ts';
import type { Edit } from './calls.ts';

/** What a kind's objects look like, and what may be done to their fields. */
export interface Subject {
  readonly kind: Kind;
  /** Everything but apiVersion, kind and metadata. */
  readonly bodies: readonly object[];
  readonly edits: readonly Edit[];
  /** Writes to `/status`, where there is one. */
  readonly statusEdits?: readonly Edit[];
  readonly fieldSelectors?: readonly string[];
  /** Added to every list and watch: what a real cluster puts there by itself. */
  readonly only?: string;
}

export const edit = (path: string, value?: unknown): Edit => ({ path: path.split('/'), value });
