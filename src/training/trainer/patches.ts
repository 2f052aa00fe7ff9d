import type { JobSetSpec } from '../../api/jobset.ts';
import type { JobPatch, PodSpecOverride, PodTemplateOverride, RuntimePatch } from '../../api/runtime-patch.ts';
import type { TrainJobSpec } from '../../api/train-job.ts';
import { strategicMerge } from './merge.ts';
import { NODE } from './names.ts';

/** The author of patches that stand in a field of an earlier release. */
const EARLIER = 'trainer.kubeflow.org/earlier-shape';

/** Every patch of a TrainJob in the newest shape, the shapes of earlier releases first. */
export function patchesOf(spec: TrainJobSpec): readonly RuntimePatch[] {
  return [...earlierMetadata(spec), ...earlierOverrides(spec), ...(spec.runtimePatches ?? [])];
}

/** Before 2.2 labels and annotations stood in the spec. */
function earlierMetadata({ labels, annotations }: TrainJobSpec): readonly RuntimePatch[] {
  if (!labels && !annotations) return [];
  const metadata = { ...(labels && { labels }), ...(annotations && { annotations }) };
  return [{ manager: EARLIER, trainingRuntimeSpec: { template: { metadata } } }];
}

function earlierOverrides(spec: TrainJobSpec): readonly RuntimePatch[] {
  const overrides = [...(spec.podSpecOverrides ?? []).map(fromPodSpec), ...(spec.podTemplateOverrides ?? [])];
  return overrides.map(fromPodTemplate);
}

const fromPodSpec = ({ targetJobs, ...spec }: PodSpecOverride): PodTemplateOverride => ({
  ...(targetJobs && { targetJobs }),
  spec,
});

function fromPodTemplate({ targetJobs, metadata, spec, manager }: PodTemplateOverride): RuntimePatch {
  const template = { ...(metadata && { metadata }), ...(spec && { spec }) };
  const replicatedJobs = (targetJobs ?? [{ name: NODE }]).map(
    ({ name }): JobPatch => ({ name, template: { spec: { template } } }),
  );
  return { manager: manager ?? EARLIER, trainingRuntimeSpec: { template: { spec: { replicatedJobs } } } };
}

/** The template with every patch laid over it, in order. */
export function applyPatches(spec: JobSetSpec, patches: readonly RuntimePatch[]): JobSetSpec {
  return patches.reduce(
    (patched, { trainingRuntimeSpec }) =>
      strategicMerge<JobSetSpec>(patched, trainingRuntimeSpec?.template?.spec as JobSetSpec | undefined),
    spec,
  );
}

type Metadata = { readonly labels?: Record<string, string>; readonly annotations?: Record<string, string> };

/** Labels and annotations of the JobSet: the runtime's, and what patches add. */
export function patchedMetadata(template: Metadata | undefined, patches: readonly RuntimePatch[]): Required<Metadata> {
  const sources = [template, ...patches.map((patch) => patch.trainingRuntimeSpec?.template?.metadata)];
  return {
    labels: Object.assign({}, ...sources.map((source) => source?.labels)) as Record<string, string>,
    annotations: Object.assign({}, ...sources.map((source) => source?.annotations)) as Record<string, string>,
  };
}
