import type { Instant } from '../../../runtime/environment.ts';
import type { Container, Pod, RestartPolicy } from '../pod-types.ts';
import { isSidecar } from '../pod-types.ts';
import type { ContainerRecord, Exit } from './record.ts';
import type { NodeSettings } from './settings.ts';

/** Whether a container that ended is to run again. */
export function restarts(pod: Pod, container: Container, init: boolean, exit: Exit): boolean {
  if (init && isSidecar(container)) return true;
  const policy: RestartPolicy = container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always';
  if (matchesRule(container, exit.exitCode)) return true;
  if (policy === 'Never') return false;
  if (policy === 'OnFailure' || init) return exit.exitCode !== 0;
  return true;
}

function matchesRule({ restartPolicyRules = [] }: Container, exitCode: number): boolean {
  return restartPolicyRules.some(({ action, exitCodes }) => {
    if (action !== 'Restart' || !exitCodes) return false;
    const listed = exitCodes.values?.includes(exitCode) ?? false;
    return exitCodes.operator === 'NotIn' ? !listed : listed;
  });
}

/** The wait that follows `crashes` restarts: none for the first, then doubling. */
export function restartWaitMs(crashes: number, { restartBaseMs, restartMaxMs }: NodeSettings): number {
  if (crashes <= 0) return 0;
  return Math.min(restartMaxMs, restartBaseMs * 2 ** Math.min(crashes - 1, 40));
}

/** Restarts that still count: a run of twice the longest wait forgives them. */
export function countedCrashes(record: ContainerRecord, exit: Exit, settings: NodeSettings): number {
  return exit.finishedAt - exit.startedAt > 2 * settings.restartMaxMs ? 0 : record.crashes;
}

/** When a container that ended may run again. */
export function restartAt(record: ContainerRecord, exit: Exit, settings: NodeSettings): Instant {
  return exit.finishedAt + restartWaitMs(countedCrashes(record, exit, settings), settings);
}

/** When something that failed `times` times in a row is tried again. */
export function retryAt(failedAt: Instant, times: number, { retryBaseMs, retryMaxMs }: NodeSettings): Instant {
  return failedAt + Math.min(retryMaxMs, retryBaseMs * 2 ** Math.min(Math.max(0, times - 1), 40));
}
