import { createHash } from 'node:crypto';
import { JOB_SET } from '../../api/kinds.ts';
import { apiVersionOf, type KubeObject } from '../../api/kube.ts';
import { TEMPLATE_HASH_ANNOTATION, TRAIN_JOB_LABEL } from '../../api/labels.ts';
import type { TrainJob } from '../../api/train-job.ts';
import type { TrainingRuntimeSpec } from '../../api/training-runtime.ts';
import { markPods } from './gang.ts';
import type { Layout } from './layout.ts';
import { withoutNulls } from './merge.ts';
import { placeNodes, writeCounts } from './nodes.ts';
import { applyCommand, applyInitializers, applyTrainer } from './overrides.ts';
import { applyPatches, patchedMetadata, patchesOf } from './patches.ts';
import { applyPolicy } from './policies/index.ts';

/** The runtime's template with the TrainJob's patches, before anything else is filled in. */
export function patched(job: TrainJob, runtime: TrainingRuntimeSpec): Layout {
  const patches = patchesOf(job.spec);
  const spec = withoutNulls(applyPatches(runtime.template?.spec ?? {}, patches));
  return { job, runtime, spec, ...patchedMetadata(runtime.template?.metadata, patches), counts: new Map() };
}

/** All that the TrainJob and its runtime's policies say, filled in. */
export function layOut(job: TrainJob, runtime: TrainingRuntimeSpec): Layout {
  const steps = [placeNodes, applyCommand, applyPolicy, applyInitializers, applyTrainer, markPods, writeCounts];
  return steps.reduce((layout, step) => step(layout), patched(job, runtime));
}

/** The JobSet of a layout. */
export function jobSetOf({ job, spec, labels, annotations }: Layout, suspend: boolean): KubeObject {
  const content = createHash('sha256').update(JSON.stringify({ spec, labels, annotations })).digest('hex');
  return {
    apiVersion: apiVersionOf(JOB_SET),
    kind: JOB_SET.kind,
    metadata: {
      name: job.metadata.name ?? '',
      namespace: job.metadata.namespace ?? '',
      labels: { ...labels, [TRAIN_JOB_LABEL]: job.metadata.name ?? '' },
      annotations: { ...annotations, [TEMPLATE_HASH_ANNOTATION]: content.slice(0, 16) },
    },
    spec: { ...spec, suspend },
  };
}
