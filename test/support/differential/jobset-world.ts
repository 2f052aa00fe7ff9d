import { createHash } from 'node:crypto';
import { JOB, JOB_SET, PERSISTENT_VOLUME_CLAIM, POD, SERVICE } from '../../../src/api/kinds.ts';
import type { Loose } from '../api.ts';
import { JobSetUnderTest } from '../job-set.ts';
import { maskBatchJob, maskObject, maskPod, maskService } from './mask.ts';
import type { World } from './world.ts';

const KEY = 'jobset.sigs.k8s.io/job-key';

/** The key of a Job hangs on its namespace; it is told whether it is the right one. */
const keyed =
  (mask: (object: Loose) => object) =>
  (object: Loose): object => {
    const { namespace, name, labels = {} } = object.metadata;
    const job = labels['batch.kubernetes.io/job-name'] ?? name;
    const right = createHash('sha1').update(`${namespace}/${job}`).digest('hex');
    return labels[KEY] === right
      ? (JSON.parse(JSON.stringify(mask(object)).replaceAll(right, '<key of the Job>')) as object)
      : mask(object);
  };

/** JobSets, whose Jobs the control plane's own controller runs. */
export const JOB_SET_WORLD: World<JobSetUnderTest> = {
  kinds: [JOB_SET],
  parts: [
    { name: 'jobs', kind: JOB, mask: keyed(maskBatchJob) },
    { name: 'pods', kind: POD, mask: keyed(maskPod) },
    { name: 'services', kind: SERVICE, mask: maskService },
    { name: 'claims', kind: PERSISTENT_VOLUME_CLAIM, mask: maskObject },
  ],
  create: (api, jobSet) => JobSetUnderTest.create(api, jobSet),
};
