import { CLUSTER_ROLE, ROLE_BINDING, SERVICE_ACCOUNT } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import { MPI_LAUNCHER_ROLE } from '../../api/mpi-defaults.ts';
import type { MPIJobSpec } from '../../api/mpi-job.ts';
import type { PodSpec } from '../../api/pod-template.ts';
import { env } from '../environment/variables.ts';
import { type Replica, replicaOf } from '../job.ts';
import { DEFAULT_KUBECTL_DELIVERY_IMAGE, type TrainingOptions } from '../options.ts';
import type { Scene } from '../scene.ts';
import { companion } from './companions.ts';
import { configName, launcherName, launcherWorks, type MPIJobView, withMain } from './job.ts';
import { addEnvironment, addVolumes, CONFIG_PATH, CONFIG_VOLUME, NO_GPU } from './pod-parts.ts';

export const KUBEXEC = 'kubexec.sh';

const KUBECTL_PATH = '/opt/kube';
const KUBECTL_VOLUME = 'mpi-job-kubectl';

/** What mpirun calls in place of rsh: the first argument is the pod, the others are the command. */
export function kubexecScript({ spec }: MPIJobView): string {
  const container = spec.mainContainer ? ` --container ${spec.mainContainer}` : '';
  return [
    '#!/bin/sh',
    'set -x',
    'POD_NAME=$1',
    'shift',
    `${KUBECTL_PATH}/kubectl exec \${POD_NAME}${container} -- /bin/sh -c "$*"`,
    '',
  ].join('\n');
}

const ownAccount = (job: MPIJobView): string | undefined =>
  replicaOf(job, 'Launcher')?.template.spec?.serviceAccountName || undefined;

/**
 * Lets the launcher start processes in pods of its namespace; that they are workers of its own job is held by the
 * admission policy that is installed with the role.
 */
export function accessObjects(scene: Scene<MPIJobSpec>): readonly KubeObject[] {
  const { job } = scene;
  const name = launcherName(job);
  const given = ownAccount(job);
  return [
    ...(given ? [] : [companion(scene, SERVICE_ACCOUNT, name, {})]),
    companion(scene, ROLE_BINDING, name, {
      roleRef: { apiGroup: CLUSTER_ROLE.group, kind: CLUSTER_ROLE.kind, name: MPI_LAUNCHER_ROLE },
      subjects: [{ kind: SERVICE_ACCOUNT.kind, name: given ?? name, namespace: job.namespace }],
    }),
  ];
}

/** Copying a file is no reason to ask for storage, which a node may not offer. */
const DELIVERY_LIMITS = { cpu: '100m', memory: '512Mi' };

const configVolume = (job: MPIJobView, items: readonly { readonly key: string; readonly mode: number }[]) => ({
  name: CONFIG_VOLUME,
  configMap: { name: configName(job), items: items.map(({ key, mode }) => ({ key, path: key, mode })) },
});

/** A pod of a job by exec. */
export function furnishExec(job: MPIJobView, replica: Replica, spec: PodSpec, options: TrainingOptions): PodSpec {
  return replica.type === 'Launcher' ? furnishLauncher(job, replica, spec, options) : furnishWorker(job, replica, spec);
}

function furnishWorker(job: MPIJobView, { main }: Replica, spec: PodSpec): PodSpec {
  const idle = withMain(spec, main, (container) =>
    container.command ? container : { ...container, command: ['sleep'], args: ['365d'] },
  );
  return addVolumes(idle, main, [
    {
      volume: configVolume(job, [{ key: KUBEXEC, mode: 0o555 }]),
      mount: { name: CONFIG_VOLUME, mountPath: CONFIG_PATH },
    },
  ]);
}

function furnishLauncher(job: MPIJobView, { main }: Replica, spec: PodSpec, options: TrainingOptions): PodSpec {
  const config = { name: CONFIG_VOLUME, mountPath: CONFIG_PATH };
  const kubectl = { name: KUBECTL_VOLUME, mountPath: KUBECTL_PATH };
  const delivery = {
    name: 'kubectl-delivery',
    image: options.kubectlDeliveryImage ?? DEFAULT_KUBECTL_DELIVERY_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    env: [env('TARGET_DIR', KUBECTL_PATH), env('NAMESPACE', job.namespace)],
    resources: { limits: DELIVERY_LIMITS, requests: DELIVERY_LIMITS },
    volumeMounts: [kubectl, config],
  };
  const equipped = addVolumes({ ...spec, initContainers: [...(spec.initContainers ?? []), delivery] }, main, [
    { volume: { name: KUBECTL_VOLUME, emptyDir: {} }, mount: kubectl },
    {
      volume: configVolume(job, [
        { key: KUBEXEC, mode: 0o555 },
        { key: 'hostfile', mode: 0o444 },
        { key: 'discover_hosts.sh', mode: 0o555 },
      ]),
      mount: config,
    },
  ]);
  const agent = `${CONFIG_PATH}/${KUBEXEC}`;
  return addEnvironment({ ...equipped, serviceAccountName: ownAccount(job) ?? launcherName(job) }, main, [
    env('OMPI_MCA_plm_rsh_agent', agent),
    env('OMPI_MCA_orte_default_hostfile', `${CONFIG_PATH}/hostfile`),
    ...(launcherWorks(job) ? [] : NO_GPU),
    env('I_MPI_HYDRA_BOOTSTRAP', 'rsh'),
    env('I_MPI_HYDRA_BOOTSTRAP_EXEC', agent),
  ]);
}
