import { objectOf } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { type Finding, finding } from './codes.ts';

interface Deprecation {
  readonly kinds: readonly string[];
  readonly path: readonly string[];
  readonly mend: string;
}

const OVERRIDES = 'Trainer 2.2 replaced it: write spec.runtimePatches instead';
const METADATA = 'Trainer 2.2 dropped it: write it as metadata of an entry of spec.runtimePatches';

/** Fields that are still understood, and what to write now. */
const DEPRECATIONS: readonly Deprecation[] = [
  {
    kinds: ['PyTorchJob'],
    path: ['spec', 'elasticPolicy', 'nProcPerNode'],
    mend: 'write spec.nprocPerNode instead',
  },
  { kinds: ['TrainJob'], path: ['spec', 'podSpecOverrides'], mend: OVERRIDES },
  { kinds: ['TrainJob'], path: ['spec', 'podTemplateOverrides'], mend: OVERRIDES },
  { kinds: ['TrainJob'], path: ['spec', 'labels'], mend: METADATA },
  { kinds: ['TrainJob'], path: ['spec', 'annotations'], mend: METADATA },
];

export function deprecatedFields(object: KubeObject): Finding[] {
  return DEPRECATIONS.filter(({ kinds, path }) => kinds.includes(object.kind) && isWritten(object, path)).map(
    ({ path, mend }) => finding('deprecated-field', path.join('.'), mend),
  );
}

function isWritten(object: KubeObject, path: readonly string[]): boolean {
  return path.reduce<unknown>((value, key) => objectOf(value)[key], object) !== undefined;
}
