import { apiVersionOf, type KubeObject } from '../../api/kube.ts';
import { V1_KINDS } from './job-kinds.ts';
import { TRAIN_JOB_KIND } from './train-job-kind.ts';
import type { TrainKind } from './train-kind.ts';

/** Every kind that `armature train` knows. */
export const TRAIN_KINDS: readonly TrainKind[] = [...V1_KINDS, TRAIN_JOB_KIND];

/** The kind of an object, if it is a training job. */
export const trainKindOf = (object: KubeObject): TrainKind | undefined =>
  TRAIN_KINDS.find(
    ({ kind }) => kind.kind === object.kind && apiVersionOf(kind).split('/')[0] === object.apiVersion.split('/')[0],
  );

/** By what people write before the slash: `pytorchjob`, `PyTorchJobs`, `pytorch`, `pytorchjobs.kubeflow.org`. */
export function trainKindNamed(written: string): TrainKind | undefined {
  const [name = ''] = written.toLowerCase().split('.');
  return TRAIN_KINDS.find(({ kind }) => {
    const singular = kind.kind.toLowerCase();
    return [singular, kind.plural, singular.replace(/job$/, '')].includes(name);
  });
}
