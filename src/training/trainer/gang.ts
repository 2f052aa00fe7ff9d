import { SCHEDULER_PLUGINS_POD_GROUP, VOLCANO_POD_GROUP } from '../../api/kinds.ts';
import { apiVersionOf, type Kind, type KubeObject } from '../../api/kube.ts';
import { SCHEDULER_PLUGINS_GROUP_LABEL, VOLCANO_GROUP_ANNOTATION, VOLCANO_QUEUE_ANNOTATION } from '../../api/labels.ts';
import { podRequests } from '../../api/pod-requests.ts';
import { fromMilli } from '../../api/quantity.ts';
import type { TrainingRuntimeSpec } from '../../api/training-runtime.ts';
import type { TrainingOptions } from '../options.ts';
import { changeJobs, countOf, jobsOf, type Layout, podSpecOf, withJobSpec } from './layout.ts';

/** Starts all pods of a TrainJob together or none, where its runtime says so. */

/** The kind of group that this installation's scheduler reads, if it has one. */
export function podGroupKind({ gangScheduler }: TrainingOptions): Kind | undefined {
  if (!gangScheduler || gangScheduler === 'native') return undefined;
  return gangScheduler === 'volcano' ? VOLCANO_POD_GROUP : SCHEDULER_PLUGINS_POD_GROUP;
}

/** Why pods cannot be started together as the runtime wants it. */
export function gangProblems({ podGroupPolicy }: TrainingRuntimeSpec, options: TrainingOptions): readonly string[] {
  const { coscheduling, volcano } = podGroupPolicy ?? {};
  const wanted = coscheduling ? SCHEDULER_PLUGINS_POD_GROUP : volcano ? VOLCANO_POD_GROUP : undefined;
  if (!wanted || wanted === podGroupKind(options)) return [];
  const flag = volcano ? 'volcano' : 'the name of a scheduler with co-scheduling';
  return [
    `spec.runtimeRef: the runtime has spec.podGroupPolicy.${volcano ? 'volcano' : 'coscheduling'}, which needs a controller that runs with --gang-scheduler-name ${flag}`,
  ];
}

/** The pods carry the name of their group. The scheduler is the runtime's to name. */
export function markPods(layout: Layout): Layout {
  const { coscheduling, volcano } = layout.runtime.podGroupPolicy ?? {};
  const name = layout.job.metadata.name ?? '';
  const labels: Record<string, string> = coscheduling ? { [SCHEDULER_PLUGINS_GROUP_LABEL]: name } : {};
  const annotations: Record<string, string> = volcano ? { [VOLCANO_GROUP_ANNOTATION]: name } : {};
  if (!coscheduling && !volcano) return layout;
  return changeJobs(
    layout,
    () => true,
    (job) =>
      withJobSpec(job, (spec) => {
        const { metadata } = spec.template;
        const marked = {
          ...metadata,
          ...(coscheduling && { labels: { ...metadata?.labels, ...labels } }),
          ...(volcano && { annotations: { ...metadata?.annotations, ...annotations } }),
        };
        return { ...spec, template: { ...spec.template, metadata: marked } };
      }),
  );
}

/** The group, when the runtime asks for one. */
export function podGroupOf(layout: Layout): KubeObject | undefined {
  const { coscheduling, volcano } = layout.runtime.podGroupPolicy ?? {};
  const size = { minMember: totalPods(layout), minResources: totalRequests(layout) };
  if (coscheduling) {
    const { scheduleTimeoutSeconds = 60 } = coscheduling;
    return groupObject(layout, SCHEDULER_PLUGINS_POD_GROUP, { ...size, scheduleTimeoutSeconds });
  }
  if (!volcano) return undefined;
  const queue = layout.annotations[VOLCANO_QUEUE_ANNOTATION];
  const priorityClassName = jobsOf(layout)
    .map((job) => podSpecOf(job).priorityClassName)
    .findLast((name) => name);
  const { networkTopology } = volcano;
  return groupObject(layout, VOLCANO_POD_GROUP, {
    ...size,
    ...(queue && { queue }),
    ...(priorityClassName && { priorityClassName }),
    ...(networkTopology && { networkTopology }),
  });
}

const groupObject = ({ job }: Layout, kind: Kind, spec: object): KubeObject => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  metadata: { name: job.metadata.name ?? '', namespace: job.metadata.namespace ?? '' },
  spec,
});

const totalPods = (layout: Layout): number => jobsOf(layout).reduce((sum, job) => sum + countOf(layout, job), 0);

/** What all pods ask for together; a container that only has a limit asks for that. */
function totalRequests(layout: Layout): Readonly<Record<string, string>> {
  const sum = new Map<string, bigint>();
  for (const job of jobsOf(layout)) {
    const { requests, limits } = podRequests(podSpecOf(job));
    const pods = BigInt(countOf(layout, job));
    for (const [name, amount] of new Map([...limits, ...requests]))
      sum.set(name, (sum.get(name) ?? 0n) + amount * pods);
  }
  return Object.fromEntries([...sum].map(([name, amount]) => [name, fromMilli(amount)]));
}
