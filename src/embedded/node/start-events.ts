import type { PreparedRun } from './container-launch.ts';
import type { Container } from './pod-types.ts';

export interface StartEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** What is said of a container that was started, and of what this machine does otherwise for it. */
export function startEvents(
  { name, image }: Container,
  prepared: PreparedRun,
  unstated: boolean,
): readonly StartEvent[] {
  const { rule, substituted, unseen } = prepared;
  const paths = (mounts: typeof unseen) => mounts.map(({ target }) => target).join(', ');
  const events: StartEvent[] = [];
  if (rule.host && unstated) {
    const message = `Image "${image}" is not mapped: it runs with what this machine has`;
    events.push({ type: 'Normal', reason: 'HostEnvironment', message });
  }
  if (substituted.length > 0) {
    const message = `${paths(substituted)}: replaced where command, args and env name them, for want of mounts`;
    events.push({ type: 'Normal', reason: 'PathsSubstituted', message });
  }
  if (unseen.length > 0) {
    const mend = 'name the path in command, args or env, where it is replaced by the folder that it means';
    const message = `${paths(unseen)}: this machine cannot mount here; ${mend}`;
    events.push({ type: 'Warning', reason: 'PathsNotProvided', message });
  }
  return [...events, { type: 'Normal', reason: 'Started', message: `Started container ${name}` }];
}
