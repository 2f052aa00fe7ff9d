import { CLUSTER_TRAINING_RUNTIME, CONFIG_MAP, TRAINING_RUNTIME } from '../../api/kinds.ts';
import { apiVersionOf, type Kind, type KubeObject, keyOf } from '../../api/kube.ts';
import { TRAIN_JOB_LABEL } from '../../api/labels.ts';
import type { TrainJob } from '../../api/train-job.ts';
import type { TrainingRuntime } from '../../api/training-runtime.ts';
import { snapshotName } from './names.ts';

/** Which runtime a TrainJob refers to, and the copy that it keeps of it from its first day on. */

/** The kind that a TrainJob's runtime is of, or nothing for one that nobody runs. */
export function runtimeKind({ spec }: TrainJob): Kind | undefined {
  const { apiGroup = TRAINING_RUNTIME.group, kind = CLUSTER_TRAINING_RUNTIME.kind } = spec.runtimeRef;
  if (apiGroup !== TRAINING_RUNTIME.group) return undefined;
  return [TRAINING_RUNTIME, CLUSTER_TRAINING_RUNTIME].find((known) => known.kind === kind);
}

/** `namespace/name`, or the name of a cluster's runtime. */
export function runtimeKey(job: TrainJob): string {
  const { name } = job.spec.runtimeRef;
  const namespaced = runtimeKind(job)?.namespaced ?? false;
  return keyOf(namespaced ? { namespace: job.metadata.namespace ?? '', name } : { name });
}

/** How messages call it, such as `ClusterTrainingRuntime torch-distributed`. */
export const runtimeTitle = (job: TrainJob): string =>
  `${job.spec.runtimeRef.kind ?? CLUSTER_TRAINING_RUNTIME.kind} ${job.spec.runtimeRef.name}`;

/** What is said of a runtime that nobody runs. */
export const unsupportedRuntime = ({ spec: { runtimeRef } }: TrainJob): string =>
  `unsupported runtime: ${runtimeRef.kind}.${runtimeRef.apiGroup}; spec.runtimeRef.kind may be ${CLUSTER_TRAINING_RUNTIME.kind} or ${TRAINING_RUNTIME.kind}`;

const DATA_KEY = 'runtime';

export const isSnapshot = (job: TrainJob, child: KubeObject): boolean =>
  child.kind === CONFIG_MAP.kind && child.metadata.name === snapshotName(job);

/** The runtime as it was when the job was first seen; JSON, which is YAML too. */
export function snapshotOf(job: TrainJob, runtime: TrainingRuntime): KubeObject {
  const { name, namespace, uid, resourceVersion, labels, annotations } = runtime.metadata;
  const metadata = { name, namespace, uid, resourceVersion, labels, annotations };
  const { apiVersion, kind, spec } = runtime;
  return {
    apiVersion: apiVersionOf(CONFIG_MAP),
    kind: CONFIG_MAP.kind,
    metadata: {
      name: snapshotName(job),
      namespace: job.metadata.namespace ?? '',
      labels: { [TRAIN_JOB_LABEL]: job.metadata.name ?? '' },
    },
    data: { [DATA_KEY]: `${JSON.stringify({ apiVersion, kind, metadata, spec }, null, 1)}\n` },
  } as KubeObject;
}

/** The runtime in the job's own copy; nothing when there is none, or none that can be read. */
export function readSnapshot(job: TrainJob, children: readonly KubeObject[]): TrainingRuntime | undefined {
  const child = children.find((candidate) => isSnapshot(job, candidate));
  const { data } = (child ?? {}) as { readonly data?: Readonly<Record<string, string>> };
  const text = data?.[DATA_KEY];
  if (text === undefined) return undefined;
  try {
    const runtime = JSON.parse(text) as TrainingRuntime;
    return runtime.metadata.name === job.spec.runtimeRef.name ? runtime : undefined;
  } catch {
    return undefined;
  }
}
