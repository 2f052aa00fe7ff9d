import type { FailureRecord } from '../api/attempts.ts';
import type { JobStatus } from '../api/job.ts';
import { phaseOf } from '../api/pod-phase.ts';
import { timestamp } from '../api/timestamp.ts';
import { REMEMBERED_FAILURES } from '../api/training-contract.ts';
import type { PlannedEvent } from '../runtime/domain.ts';
import { attemptNumber } from './attempt.ts';
import { type Draft, withEvent } from './draft.ts';
import type { Verdict } from './failure.ts';
import type { Cause, Loss } from './losses.ts';
import { type ContainerStatus, hasFailed, isTerminating, type Pod, type Seat } from './pod-state.ts';
import type { Scene } from './scene.ts';
import { signalOf } from './signal.ts';

/** Lines and characters of a log that a status holds. */
const LOG_LINES = 12;
const LOG_LENGTH = 1200;
/** What an apiserver takes as an event's message is 1024 bytes. */
const EVENT_LENGTH = 900;

/** Of several containers that ended in one pod, what one of them died of. */
interface Death {
  readonly container: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly finishedAt?: string;
  readonly log?: string;
}

/**
 * Writes down on the status, and says as an event, which pod was lost first and why. Of pods that were found lost at the
 * same moment only the first is told, the others are counted.
 */
export function recordFailure(scene: Scene, draft: Draft, losses: readonly Loss[], counted: boolean): Draft {
  const known = new Set((draft.status.lastFailures ?? []).map(({ uid }) => uid));
  const fresh = losses.filter(({ pod }) => pod === undefined || !known.has(pod.metadata.uid));
  const first = firstOf(fresh);
  if (!first) return draft;
  const record = recordOf(scene, draft.status, first, { counted, others: fresh.length - 1 });
  const lastFailures = [...(draft.status.lastFailures ?? []), record].slice(-REMEMBERED_FAILURES);
  return withEvent({ ...draft, status: { ...draft.status, lastFailures } }, eventOf(record));
}

function recordOf(
  scene: Scene,
  status: JobStatus,
  { seat, pod, cause }: Loss,
  { counted, others }: { readonly counted: boolean; readonly others: number },
): FailureRecord {
  const death = pod && cause !== 'node lost' ? deathOf(seat, pod) : undefined;
  const reason = reasonOf(pod, cause, death);
  const signal = death?.exitCode === undefined ? undefined : signalOf(death.exitCode);
  const log = death?.log && tailOf(death.log);
  const node = pod?.spec?.nodeName;
  const record = {
    time: timestamp(scene.now),
    attempt: attemptNumber(status),
    pod: seat.name,
    ...(pod?.metadata.uid && { uid: pod.metadata.uid }),
    rank: scene.roster.seats.findIndex(({ name }) => name === seat.name),
    ...(node && { node }),
    reason,
    ...(death && { container: death.container }),
    ...(death?.exitCode !== undefined && { exitCode: death.exitCode }),
    ...(signal && { signal }),
    counted,
    ...(others > 0 && { others }),
    ...(log && { log }),
  };
  return { ...record, message: sentenceOf(record, cause, pod) };
}

type Unsaid = Omit<FailureRecord, 'message'>;

const WHAT: Readonly<Record<Cause, string>> = {
  failed: 'failed',
  disrupted: 'was taken away by the cluster',
  'node lost': 'lost its node',
  deleted: 'was deleted',
  gone: 'is gone',
};

function sentenceOf(record: Unsaid, cause: Cause, pod: Pod | undefined): string {
  const { exitCode, signal, others } = record;
  const place = record.node ? ` on node ${record.node}` : '';
  const code = exitCode === undefined ? [] : [`exit code ${exitCode}${signal ? `, ${signal}` : ''}`];
  const details = [record.reason, ...(record.container ? [`container ${record.container}`] : []), ...code].join(', ');
  const why = cause !== 'node lost' && pod?.status?.message ? `: ${pod.status.message.trim().slice(0, 300)}` : '';
  const rest = others ? `; ${others} more ${others === 1 ? 'pod was' : 'pods were'} lost with it` : '';
  return `rank ${record.rank} (pod ${record.pod}${place}) ${WHAT[cause]} first in attempt ${record.attempt} (${details})${why}${rest}`;
}

function eventOf({ message, log }: FailureRecord): PlannedEvent {
  const said = log ? `${message}. It said last:\n` : message;
  const room = Math.max(0, EVENT_LENGTH - said.length);
  return { type: 'Warning', reason: 'RankFailed', message: log ? `${said}${log.slice(-room)}` : said };
}

function reasonOf(pod: Pod | undefined, cause: Cause, death: Death | undefined): string {
  if (cause === 'node lost') return 'NodeLost';
  if (cause === 'gone') return 'PodGone';
  const disruption = pod?.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  if (cause === 'disrupted') return pod?.status?.reason ?? disruption?.reason ?? 'DisruptionTarget';
  if (cause === 'deleted') return 'PodDeleted';
  return pod?.status?.reason ?? death?.reason ?? 'Error';
}

/** The main container's end, or that of the first other container that did not end well. */
function deathOf({ replica }: Seat, pod: Pod): Death | undefined {
  const main = replica.template.spec?.containers[replica.main]?.name;
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const own = containerStatuses.filter(({ name }) => name === main);
  const others = containerStatuses.filter(({ name }) => name !== main);
  return [...own, ...initContainerStatuses, ...others].flatMap(endOf).find(({ exitCode }) => exitCode !== 0);
}

function endOf({ name, state, lastState }: ContainerStatus): Death[] {
  const ended = state?.terminated ?? lastState?.terminated;
  if (!ended) return [];
  const { exitCode, reason, finishedAt, message } = ended;
  return [
    {
      container: name,
      ...(exitCode !== undefined && { exitCode }),
      ...(reason && { reason }),
      ...(finishedAt && { finishedAt }),
      ...(message && { log: message }),
    },
  ];
}

/**
 * The one that began it: what the cluster did comes first; then by the time of the end, which has whole seconds; within
 * one second, being killed (for memory, or by a signal other than an abort, with which programs answer to the loss of
 * their peers) is taken for the cause, and an orderly end for the consequence.
 */
function firstOf(losses: readonly Loss[]): Loss | undefined {
  const keyed = losses.map((loss) => ({ loss, key: keyOf(loss) }));
  return keyed.sort((a, b) => a.key.order - b.key.order || a.key.at - b.key.at || a.key.blame - b.key.blame)[0]?.loss;
}

function keyOf({ seat, pod, cause }: Loss) {
  const death = pod && deathOf(seat, pod);
  const at = death?.finishedAt ? Date.parse(death.finishedAt) : Number.POSITIVE_INFINITY;
  return {
    order: cause === 'failed' ? 1 : 0,
    at: Number.isFinite(at) ? at : Number.MAX_SAFE_INTEGER,
    blame: blameOf(death),
  };
}

function blameOf(death: Death | undefined): number {
  if (death?.reason === 'OOMKilled') return 0;
  const signal = signalOf(death?.exitCode ?? 0);
  return signal && signal !== 'SIGABRT' ? 1 : 2;
}

function tailOf(text: string): string {
  const lines = text.trimEnd().split('\n').slice(-LOG_LINES).join('\n');
  return lines.length > LOG_LENGTH ? `…${lines.slice(1 - LOG_LENGTH)}` : lines;
}

/** What a job that failed for good failed of, unless it was time alone. */
export function recordLast(scene: Scene, draft: Draft, verdict: Verdict): Draft {
  if (verdict.type !== 'Failed') return draft;
  const losses = scene.roster.seats.flatMap((seat): Loss[] =>
    seat.pod && hasEndedBadly(seat, seat.pod) ? [{ seat, pod: seat.pod, cause: 'failed' }] : [],
  );
  return recordFailure(scene, draft, losses, true);
}

const hasEndedBadly = (seat: Seat, pod: Pod): boolean =>
  hasFailed(pod) || (!isTerminating(pod) && phaseOf(pod) !== 'Succeeded' && deathOf(seat, pod) !== undefined);
