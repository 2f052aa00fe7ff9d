import { EVENT, POD } from '../api/kinds.ts';
import type { KubeObject } from '../api/kube.ts';
import type { KubeClient } from '../runtime/client.ts';

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly message?: string };
}

const MAX_EVENTS = 10;

/** One line that says how a pod is and, where something holds it back, what. Pure. */
export function describePod(pod: KubeObject): string {
  const status = (pod.status ?? {}) as {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
    initContainerStatuses?: readonly ContainerStatus[];
    containerStatuses?: readonly ContainerStatus[];
  };
  const unscheduled = status.conditions?.find(
    ({ type, status: value }) => type === 'PodScheduled' && value === 'False',
  );
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const troubles = [
    unscheduled && `not scheduled: ${unscheduled.message ?? unscheduled.reason}`,
    status.reason && `${status.reason}${status.message ? `: ${status.message}` : ''}`,
    ...containers.flatMap(describeContainer),
  ].filter(Boolean);
  return `${pod.metadata.namespace}/${pod.metadata.name} ${status.phase ?? 'Unknown'}${troubles.length > 0 ? `; ${troubles.join('; ')}` : ''}`;
}

function describeContainer({ name, state, lastState, restartCount = 0 }: ContainerStatus): string[] {
  const parts: string[] = [];
  if (state?.waiting?.reason && state.waiting.reason !== 'ContainerCreating') {
    parts.push(
      `container ${name} waits: ${state.waiting.reason}${state.waiting.message ? `, ${state.waiting.message}` : ''}`,
    );
  }
  const ended = state?.terminated ?? lastState?.terminated;
  if (ended && ended.exitCode !== 0) {
    const times = restartCount > 0 ? `, restarted ${restartCount} times` : '';
    parts.push(`container ${name} ended with code ${ended.exitCode} (${ended.reason ?? 'Error'})${times}`);
  }
  return parts;
}

/** The last warnings among events, oldest first, one line each. Pure. */
export function describeWarnings(events: readonly KubeObject[]): string[] {
  const warnings = events as readonly (KubeObject & {
    readonly type?: string;
    readonly reason?: string;
    readonly note?: string;
    readonly regarding?: { readonly kind?: string; readonly name?: string };
  })[];
  const time = (event: KubeObject) => event.metadata.creationTimestamp ?? '';
  return warnings
    .filter((event) => event.type === 'Warning')
    .sort((a, b) => time(a).localeCompare(time(b)))
    .slice(-MAX_EVENTS)
    .map(({ regarding, reason, note }) => `${regarding?.kind} ${regarding?.name}: ${reason}: ${note ?? ''}`.trim());
}

/** What the pods and events of namespaces say about why something does not work. */
export async function explainNamespaces(client: KubeClient, namespaces: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const namespace of namespaces) {
    const [pods, events] = await Promise.all([client.list(POD, { namespace }), client.list(EVENT, { namespace })]);
    lines.push(...(pods.items.length > 0 ? pods.items.map(describePod) : [`${namespace} has no pods`]));
    lines.push(...describeWarnings(events.items));
  }
  return lines;
}
