import type { ObjectMeta } from '../../api/kube.ts';
import type { FieldError } from '../strategy.ts';
import { invalid } from '../structural/field-errors.ts';

const STANDARD = new Set(['kubernetes', 'foregroundDeletion', 'orphan']);

/** Finalizers of Kubernetes' own kinds name their domain. */
export function finalizerErrors({ finalizers = [] }: ObjectMeta): readonly FieldError[] {
  return finalizers.flatMap((name, index) =>
    name.includes('/') || STANDARD.has(name)
      ? []
      : [
          invalid(
            `metadata.finalizers[${index}]`,
            name,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ],
  );
}
