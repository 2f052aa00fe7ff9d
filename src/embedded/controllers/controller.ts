import type { Environment } from '../../runtime/environment.ts';
import type { ApiServer } from '../api-server.ts';
import type { Change } from '../store.ts';

/** One of the control loops that kube-controller-manager runs in a real cluster. The result stops it. */
export type EmbeddedController = (server: ApiServer, environment: Environment) => () => void;

/**
 * Runs `sync` once after all changes of one moment that `concerns` it, and once at the start; never within a write.
 */
export function onChanges(
  server: ApiServer,
  environment: Environment,
  concerns: (change: Change) => boolean,
  sync: () => void,
): () => void {
  let pending: (() => void) | undefined;
  const schedule = () => {
    pending ??= environment.after(0, () => {
      pending = undefined;
      sync();
    });
  };
  const stop = server.store.subscribeAll((change) => {
    if (concerns(change)) schedule();
  });
  schedule();
  return () => {
    stop();
    pending?.();
  };
}
