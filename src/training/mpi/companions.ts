import { CONFIG_MAP, SECRET } from '../../api/kinds.ts';
import { apiVersionOf, type Kind, type KubeObject } from '../../api/kube.ts';
import type { MPIJobSpec } from '../../api/mpi-job.ts';
import type { JobKind } from '../job-kind.ts';
import { jobLabels, ownedBy } from '../ownership.ts';
import type { Scene } from '../scene.ts';
import { KUBEXEC, kubexecScript } from './exec.ts';
import { discoverHosts, hostfile } from './hosts.ts';
import { configName, isSsh, keysName } from './job.ts';

/** A child of the job, of this kind and name. */
export function companion({ kind, job }: Scene<MPIJobSpec>, of: Kind, name: string, content: object): KubeObject {
  const jobKind = kind as JobKind;
  return {
    apiVersion: apiVersionOf(of),
    kind: of.kind,
    metadata: {
      name,
      namespace: job.namespace,
      labels: jobLabels(jobKind, job),
      ownerReferences: ownedBy(jobKind, job),
    },
    ...content,
  };
}

/** What the launcher finds under /etc/mpi. */
export function configMap(scene: Scene<MPIJobSpec>): KubeObject {
  const { job, options, roster } = scene;
  return companion(scene, CONFIG_MAP, configName(job), {
    data: {
      hostfile: hostfile(job, options),
      'discover_hosts.sh': discoverHosts(job, roster.seats, options),
      ...(isSsh(job) ? {} : { [KUBEXEC]: kubexecScript(job) }),
    },
  });
}

/** The pair of keys, whose content is drawn when it is created. */
export const keysSecret = (scene: Scene<MPIJobSpec>): KubeObject =>
  companion(scene, SECRET, keysName(scene.job), { type: 'kubernetes.io/ssh-auth', immutable: true });
