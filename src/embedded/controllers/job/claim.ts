import type { Job } from '../../../api/batch.ts';
import { selects } from '../../builtin/job/label-match.ts';
import type { PodIndex } from './pod-index.ts';
import type { JobPod } from './pods.ts';
import type { JobWrites } from './writes.ts';

/** The pods of a Job: its own that it still selects, and those of nobody that it does; it lets go of the others. */
export function claimPods(job: Job, index: PodIndex, writes: JobWrites): readonly JobPod[] {
  const { uid = '', namespace = '', deletionTimestamp } = job.metadata;
  const selected = ({ metadata }: JobPod) => selects(job.spec.selector, metadata.labels ?? {}) === true;
  const own = index.controlledBy(uid);
  const kept = own.filter(selected);
  if (deletionTimestamp) return kept;
  for (const pod of own) if (!kept.includes(pod)) writes.release(job, pod);
  const free = index.withoutController(namespace).filter((pod) => selected(pod) && !pod.metadata.deletionTimestamp);
  if (free.length === 0) return kept;
  const adopted = new Set(
    free.filter((pod) => writes.adopt(job, pod) === undefined).map(({ metadata }) => metadata.uid),
  );
  return [...kept, ...index.controlledBy(uid).filter(({ metadata }) => adopted.has(metadata.uid))];
}
