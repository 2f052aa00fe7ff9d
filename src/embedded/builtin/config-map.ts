import type { KubeObject } from '../../api/kube.ts';
import type { Strategy } from '../strategy.ts';
import { invalid } from '../structural/field-errors.ts';
import { checkBase64, dataKeyErrors, immutabilityErrors } from './data-keys.ts';

type ConfigMap = KubeObject & {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
};

export const configMapStrategy: Strategy = {
  decode: (object) => {
    checkBase64('ConfigMap', (object as ConfigMap).binaryData);
    return { object, unknown: [] };
  },
  validate: (next, previous, earlier) => {
    const { data = {}, binaryData = {} } = next as ConfigMap;
    const twice = Object.keys(data).filter((key) => key in binaryData);
    return [
      ...earlier,
      ...immutabilityErrors(next as ConfigMap, previous as ConfigMap | undefined, ['data', 'binaryData']),
      ...dataKeyErrors(data, 'data'),
      ...twice.map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
      ...dataKeyErrors(binaryData, 'binaryData'),
    ];
  },
};
