import { CONFIG_MAP, SECRET } from '../../api/kinds.ts';
import { apiVersionOf, type Kind, type KubeObject } from '../../api/kube.ts';
import { KEYS_ANNOTATION, SSH_KEYS_TYPE } from '../../api/labels.ts';
import type { MPIJobSpec } from '../../api/mpi-job.ts';
import type { JobKind } from '../job-kind.ts';
import { objectLabels, ownedBy } from '../ownership.ts';
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
      labels: objectLabels(jobKind, job),
      ownerReferences: ownedBy(jobKind, job),
    },
    ...content,
  };
}

/** What the launcher finds under /etc/mpi. Over ssh it also tells that the keys are made, which nobody may look at. */
export function configMap(scene: Scene<MPIJobSpec>): KubeObject {
  const { job, options, roster } = scene;
  const ssh = isSsh(job);
  const config = companion(scene, CONFIG_MAP, configName(job), {
    data: {
      hostfile: hostfile(job, options),
      'discover_hosts.sh': discoverHosts(job, roster.seats, options),
      ...(ssh ? {} : { [KUBEXEC]: kubexecScript(job) }),
    },
  });
  if (!ssh) return config;
  return { ...config, metadata: { ...config.metadata, annotations: { [KEYS_ANNOTATION]: keysName(job) } } };
}

/** The pair of keys, drawn when it is created, until the ConfigMap that follows it tells that it was. */
export function keysSecret(scene: Scene<MPIJobSpec>): readonly KubeObject[] {
  const name = keysName(scene.job);
  const told = scene.children.find(({ kind, metadata }) => kind === CONFIG_MAP.kind && metadata.annotations);
  if (told?.metadata.annotations?.[KEYS_ANNOTATION] === name) return [];
  return [companion(scene, SECRET, name, { type: SSH_KEYS_TYPE, immutable: true })];
}
