import type { Job } from '../../../api/batch.ts';
import type { KubeObject } from '../../../api/kube.ts';
import { LONGEST_BASE } from '../../object-meta.ts';
import type { Strategy } from '../../strategy.ts';
import { defaultJob, withLabels } from './defaults.ts';
import { withSelector } from './selector.ts';
import { jobErrors } from './spec-validation.ts';
import { jobStatusErrors } from './status-validation.ts';
import { jobUpdateErrors } from './update-validation.ts';

const asJob = (object: KubeObject): Job => object as Job;

/** Jobs, as kube-apiserver keeps them. */
export const jobStrategy: Strategy = {
  decode: (object) => ({ object: defaultJob(object), unknown: [] }),
  prepareForCreate: (object) => {
    const given = asJob(object);
    const job = withSelector(given);
    const { labels } = job.spec.template.metadata ?? {};
    // Labels that were the template's to begin with stay the template's, unless a drawn name had the Job copied.
    const { generateName, name = '' } = given.metadata;
    const drawn = generateName !== undefined && name.startsWith(generateName.slice(0, LONGEST_BASE));
    const shared = !drawn && given.metadata.labels === given.spec.template.metadata?.labels;
    const metadata = withLabels(shared ? { ...job.metadata, labels: {} } : job.metadata, labels);
    return { ...job, metadata, status: {} };
  },
  prepareForUpdate: (next, previous) => ({ ...next, status: previous.status }),
  prepareForStatusUpdate: (next, previous) => ({ ...next, spec: previous.spec }),
  validate: (next, previous, earlier) => [
    ...earlier,
    ...jobErrors(asJob(next)),
    ...(previous ? jobUpdateErrors(asJob(next), asJob(previous)) : []),
  ],
  validateStatus: (next, previous, earlier) => [...earlier, ...jobStatusErrors(asJob(next), asJob(previous))],
  generation: 'spec',
  orphansByDefault: true,
};
