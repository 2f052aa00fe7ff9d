import { conditionOf, type KubeObject } from '../../api/kube.ts';
import type { TrainerStatus } from '../../api/trainer-status.ts';
import type { GaugeSpec, Sample } from '../../runtime/domain.ts';

/** Metrics of one job that are shown; the first by name. */
const MOST_METRICS = 16;
const PERCENT = 'armature_training_progress_percent';
const REMAINING = 'armature_training_remaining_seconds';
const METRIC = 'armature_training_metric';

export const PROGRESS_GAUGES: readonly GaugeSpec[] = [
  { name: PERCENT, help: 'How much of a training job is done, as its program reports it.' },
  { name: REMAINING, help: 'Seconds that a training job will still take, as its program reports it.' },
  { name: METRIC, help: 'A metric of a training job, as its program reports it.' },
];

/** What the program of a job that has not ended reported last. Pure. */
export function progressSamples(framework: string, job: KubeObject): readonly Sample[] {
  const { trainerStatus } = (job.status ?? {}) as { readonly trainerStatus?: TrainerStatus };
  if (!trainerStatus || ENDS.some((type) => conditionOf(job, type)?.status === 'True')) return [];
  const { progressPercentage, estimatedRemainingSeconds, metrics = [] } = trainerStatus;
  const labels = { job_namespace: job.metadata.namespace ?? '', framework, job_name: job.metadata.name ?? '' };
  const single = (gauge: string, value: number | undefined): Sample[] =>
    value === undefined ? [] : [{ gauge, labels, value }];
  return [
    ...single(PERCENT, progressPercentage),
    ...single(REMAINING, estimatedRemainingSeconds),
    ...[...metrics]
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(({ name, value }) => ({ gauge: METRIC, labels: { ...labels, metric: name }, value: Number(value) }))
      .filter(({ value }) => Number.isFinite(value))
      .slice(0, MOST_METRICS),
  ];
}

const ENDS = ['Succeeded', 'Failed', 'Complete'];
