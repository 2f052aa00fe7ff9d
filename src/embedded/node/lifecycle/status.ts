import { timestamp } from '../../../api/timestamp.ts';
import type { Instant } from '../../../runtime/environment.ts';
import { qosClassOf } from '../../qos.ts';
import { isTerminal, type Pod, type PodPhase, type PodStatus } from '../pod-types.ts';
import { conditionsOf } from './conditions.ts';
import { containerStatus } from './container-status.ts';
import { type Ending, isAlive } from './ending.ts';
import { type PodRecord, recordOf } from './record.ts';
import type { NodeSettings } from './settings.ts';

const HOST_IP = '127.0.0.1';

/** The whole status that a kubelet would report; conditions of others are kept. */
export function statusOf(
  pod: Pod,
  record: PodRecord,
  ending: Ending | undefined,
  now: Instant,
  settings: NodeSettings,
): PodStatus {
  const { initContainers, containers } = pod.spec;
  const view = { pod, record, ending, now, settings };
  const inits = initContainers?.map((container) => containerStatus(view, container, true));
  const regulars = containers.map((container) => containerStatus(view, container, false));
  const phase = phaseOf(pod, record, ending);
  const { ip } = record;
  const { generation } = pod.metadata;
  const { reason, message } = ending?.cause === 'deadline' ? DEADLINE : (pod.status ?? {});
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    phase,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    conditions: conditionsOf(pod, phase, record.setup.stage === 'done', inits ?? [], regulars, now),
    hostIP: HOST_IP,
    hostIPs: [{ ip: HOST_IP }],
    ...(ip !== undefined && { podIP: ip, podIPs: [{ ip }] }),
    startTime: timestamp(record.acceptedAt),
    qosClass: pod.status?.qosClass ?? qosClassOf(pod.spec),
    ...(inits && { initContainerStatuses: inits }),
    containerStatuses: regulars,
  };
}

const DEADLINE = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/** A phase that is terminal never changes again, and is reported only when nothing runs any more. */
export function phaseOf(pod: Pod, record: PodRecord, ending: Ending | undefined): PodPhase {
  const known = pod.status?.phase;
  if (known && isTerminal(known)) return known;
  const { initContainers = [], containers } = pod.spec;
  const runs = containers.map(({ name }) => recordOf(record, name).run);
  const all = [...initContainers, ...containers].map(({ name }) => recordOf(record, name).run);
  if (ending && !all.some(isAlive)) {
    if (ending.cause === 'over') return ending.failed ? 'Failed' : 'Succeeded';
    const succeeded = runs.every((run) => run?.stage === 'exited' && run.exit?.exitCode === 0);
    return succeeded && ending.cause !== 'deadline' ? 'Succeeded' : 'Failed';
  }
  const neverStarted = containers.some(({ name }) => {
    const { run, last } = recordOf(record, name);
    return !last && (!run || run.stage === 'starting');
  });
  return neverStarted ? 'Pending' : 'Running';
}
