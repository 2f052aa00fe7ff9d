import { POD } from '../../api/kinds.ts';
import type { Kind, KubeObject } from '../../api/kube.ts';
import { phaseOf } from '../../api/pod-phase.ts';
import { timestamp } from '../../api/timestamp.ts';
import { sleep } from '../../runtime/environment.ts';
import { noSuchResource, notFound } from '../errors.ts';
import { type Exchange, type FrontContext, sendJson } from './exchange.ts';
import { listParameters } from './parameters.ts';
import type { PodUse } from './pod-streams.ts';
import type { ResourceRoute } from './route.ts';

/** What metrics-server serves of pods: what their containers use now. */
export const POD_METRICS: Kind = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'PodMetrics',
  plural: 'pods',
  namespaced: true,
};

/** Processor time is measured over this long, in milliseconds. */
const WINDOW_MS = 500;

export const isPodMetrics = ({ group, version, plural }: ResourceRoute): boolean =>
  group === POD_METRICS.group && version === POD_METRICS.version && plural === POD_METRICS.plural;

/** Answers what the running pods of a namespace, or of all, use: measured when it is asked. */
export async function sendPodMetrics(context: FrontContext, exchange: Exchange, route: ResourceRoute): Promise<void> {
  const { server, environment } = context;
  if (exchange.request.method !== 'GET' || !context.pods?.usage) throw noSuchResource();
  const { namespace, name } = route;
  const selection = { ...listParameters(exchange.query), ...(namespace !== undefined && { namespace }) };
  const { items } = server.list(POD, selection);
  const pods = items.filter((pod) => isRunning(pod) && (name === undefined || pod.metadata.name === name));
  if (name !== undefined && pods.length === 0) throw notFound(POD_METRICS, name);
  const before = pods.map((pod) => useOf(context, pod));
  const began = environment.now();
  if (pods.length > 0) await sleep(environment, WINDOW_MS);
  const seconds = Math.max(0.001, (environment.now() - began) / 1000);
  const measured = pods.flatMap((pod, index) => {
    const [first, second] = [before[index], useOf(context, pod)];
    return first && second ? [metricsOf(pod, first, second, seconds, environment.now())] : [];
  });
  const apiVersion = `${POD_METRICS.group}/${POD_METRICS.version}`;
  const list = { kind: 'PodMetricsList', apiVersion, metadata: {}, items: measured };
  sendJson(exchange, 200, name === undefined ? list : { kind: POD_METRICS.kind, apiVersion, ...measured[0] });
}

const isRunning = (pod: KubeObject): boolean => phaseOf(pod) === 'Running';

/** Undefined for a pod that ends while one looks. */
function useOf({ pods }: FrontContext, { metadata }: KubeObject): ReadonlyMap<string, PodUse> | undefined {
  try {
    return pods?.usage?.({ namespace: metadata.namespace ?? '', name: metadata.name ?? '' });
  } catch {
    return undefined;
  }
}

function metricsOf(
  { metadata }: KubeObject,
  before: ReadonlyMap<string, PodUse>,
  after: ReadonlyMap<string, PodUse>,
  seconds: number,
  now: number,
): object {
  const { name, namespace, labels, creationTimestamp } = metadata;
  return {
    metadata: { name, namespace, ...(labels && { labels }), creationTimestamp },
    timestamp: timestamp(now),
    window: `${seconds.toFixed(3)}s`,
    containers: [...after].map(([container, { cpuSeconds, memoryBytes }]) => {
      const used = Math.max(0, cpuSeconds - (before.get(container)?.cpuSeconds ?? cpuSeconds));
      return {
        name: container,
        usage: { cpu: `${Math.round((used / seconds) * 1e9)}n`, memory: `${Math.round(memoryBytes / 1024)}Ki` },
      };
    }),
  };
}
