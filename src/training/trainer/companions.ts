import type { JobSet } from '../../api/jobset.ts';
import { CONFIG_MAP, SECRET } from '../../api/kinds.ts';
import { apiVersionOf, type Kind, type KubeObject } from '../../api/kube.ts';
import { TRAIN_JOB_LABEL } from '../../api/labels.ts';
import { countOf, hostOf, jobsOf, type Layout } from './layout.ts';
import { hostfileName, keysName, LAUNCHER, NODE } from './names.ts';
import { slotsOf } from './policies/mpi.ts';

/** What stands beside the JobSet of an MPI job for its pods to read: the list of hosts and the keys. */
export function companionsOf(layout: Layout, jobSet: JobSet | undefined): readonly KubeObject[] {
  if (!layout.runtime.mlPolicy?.mpi) return [];
  return [hostfile(layout), ...(jobSet ? [] : [keys(layout)])];
}

function hostfile(layout: Layout): KubeObject {
  const launcherWorks = layout.runtime.mlPolicy?.mpi?.runLauncherAsNode === true;
  const slots = slotsOf(layout);
  const lines = jobsOf(layout)
    .filter(({ name }) => name === NODE || (launcherWorks && name === LAUNCHER))
    .flatMap((job) =>
      Array.from({ length: countOf(layout, job) }, (_, index) => `${hostOf(layout, job, index)} slots=${slots}\n`),
    );
  return companion(layout, CONFIG_MAP, hostfileName(layout.job), { data: { hostfile: lines.join('') } });
}

/** Drawn once: the JobSet is made after them, and while it is there nobody asks for them again. */
const keys = (layout: Layout): KubeObject =>
  companion(layout, SECRET, keysName(layout.job), { type: 'kubernetes.io/ssh-auth', immutable: true });

const companion = ({ job }: Layout, kind: Kind, name: string, content: object): KubeObject => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  metadata: {
    name,
    namespace: job.metadata.namespace ?? '',
    labels: { [TRAIN_JOB_LABEL]: job.metadata.name ?? '' },
  },
  ...content,
});
