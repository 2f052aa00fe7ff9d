import { isJobFinished, type Job } from '../../api/batch.ts';
import { JOB } from '../../api/kinds.ts';
import { keyOf } from '../../api/kube.ts';
import { isConflict, isNotFound } from '../../runtime/client.ts';
import { resourceId } from '../resource.ts';
import type { EmbeddedController } from './controller.ts';
import { DueKeys } from './due-keys.ts';

const JOBS = resourceId(JOB);

/** Deletes Jobs, with their pods, so many seconds after they came to an end. */
export const finishedJobs: EmbeddedController = (server, environment) => {
  const due = new DueKeys(environment, (key) => {
    const job = server.store.get(JOBS, key) as Job | undefined;
    const at = job && expiry(job);
    if (!job || at === undefined) return;
    if (at > environment.now()) {
      due.after(key, at - environment.now());
      return;
    }
    const { namespace = '', name = '', uid = '' } = job.metadata;
    try {
      server.delete(JOB, { namespace, name }, { propagationPolicy: 'Foreground', uid });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  });
  for (const job of server.store.list(JOBS)) due.soon(keyOf(job.metadata));
  const unsubscribe = server.store.subscribe(JOBS, ({ type, key, object }) => {
    if (type !== 'DELETED' && expiry(object as Job) !== undefined) due.soon(key);
  });
  return () => {
    unsubscribe();
    due.stop();
  };
};

/** When a Job is to go; undefined when it stays. Milliseconds since the epoch. */
function expiry(job: Job): number | undefined {
  const { ttlSecondsAfterFinished: seconds } = job.spec;
  if (seconds === undefined || job.metadata.deletionTimestamp || !isJobFinished(job)) return undefined;
  const end = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  return end?.lastTransitionTime ? Date.parse(end.lastTransitionTime) + seconds * 1000 : undefined;
}
