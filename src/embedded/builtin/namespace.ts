import type { KubeObject } from '../../api/kube.ts';
import type { Strategy } from '../strategy.ts';
import { labelProblems } from '../structural/names.ts';

const CONTENT_FINALIZER = 'kubernetes';
export const NAME_LABEL = 'kubernetes.io/metadata.name';

interface NamespaceSpec {
  readonly finalizers?: readonly string[];
}

/** What still has to happen before a namespace is gone; empty: nothing. */
export const namespaceFinalizers = (namespace: KubeObject): readonly string[] =>
  (namespace.spec as NamespaceSpec | undefined)?.finalizers ?? [];

const labelled = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, [NAME_LABEL]: object.metadata.name ?? '' } },
});

/** Namespaces: they end once the namespace controller has emptied them. */
export const namespaceStrategy: Strategy = {
  validateName: labelProblems,
  decode: (object) => ({ object: object.metadata?.name ? labelled(object) : object, unknown: [] }),
  prepareForCreate: (object) =>
    labelled({
      ...object,
      spec: { ...(object.spec as NamespaceSpec), finalizers: [CONTENT_FINALIZER] },
      status: { phase: 'Active' },
    }),
  prepareForUpdate: (next, previous) =>
    labelled({
      ...next,
      spec: { ...(next.spec as NamespaceSpec), finalizers: namespaceFinalizers(previous) },
      status: previous.status,
    }),
  isHeld: (object) => namespaceFinalizers(object).length > 0,
  prepareForDelete: (object) => ({ ...object, status: { ...(object.status as object), phase: 'Terminating' } }),
};
