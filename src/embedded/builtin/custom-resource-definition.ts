import type { CustomResourceDefinition } from '../../api/crd.ts';
import type { KubeObject } from '../../api/kube.ts';
import type { FieldError, Strategy } from '../strategy.ts';
import { invalid } from '../structural/field-errors.ts';

interface Names {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export const namesOf = (crd: CustomResourceDefinition): Names => crd.spec.names as unknown as Names;

/** CustomResourceDefinitions; the controller of them serves what they define. */
export const crdStrategy: Strategy = {
  decode: (object) => ({ object: defaulted(object as CustomResourceDefinition), unknown: [] }),
  prepareForCreate: (object) => ({
    ...object,
    status: {
      conditions: [],
      acceptedNames: { plural: '', kind: '' },
      storedVersions: (object as CustomResourceDefinition).spec.versions
        .filter(({ storage }) => storage)
        .map(({ name }) => name),
    },
  }),
  prepareForUpdate: (next, previous) => ({ ...next, status: previous.status }),
  validate: (next, _previous, earlier) => [...earlier, ...nameErrors(next as CustomResourceDefinition)],
  generation: 'spec',
};

function defaulted(crd: CustomResourceDefinition): KubeObject {
  const names = namesOf(crd);
  return {
    ...crd,
    spec: {
      conversion: { strategy: 'None' },
      ...crd.spec,
      names: { singular: names.kind.toLowerCase(), listKind: `${names.kind}List`, ...names },
    } as unknown,
  };
}

function nameErrors(crd: CustomResourceDefinition): readonly FieldError[] {
  const expected = `${namesOf(crd).plural}.${crd.spec.group}`;
  if (crd.metadata.name === expected) return [];
  return [invalid('metadata.name', crd.metadata.name, 'must be spec.names.plural+"."+spec.group')];
}
