import type { EnvVar, PodSpec } from '../../api/pod-template.ts';
import { env } from '../environment/variables.ts';
import type { Replica } from '../job.ts';
import { configName, keysName, launcherWorks, type MPIJobView, slotsOf, sshPathOf, withMain } from './job.ts';
import { PRIVATE_KEY, PUBLIC_KEY } from './keys.ts';
import { addEnvironment, addVolumes, CONFIG_PATH, CONFIG_VOLUME, NO_GPU } from './pod-parts.ts';

const KEYS_VOLUME = 'ssh-auth';

/** A pod of a job over ssh. */
export function furnishSsh(job: MPIJobView, replica: Replica, spec: PodSpec): PodSpec {
  const { main } = replica;
  const launcher = replica.type === 'Launcher';
  const keyed = addVolumes(resolvable(spec), main, [
    { volume: keysVolume(job, spec, main), mount: { name: KEYS_VOLUME, mountPath: sshPathOf(job) } },
    ...(launcher ? [{ volume: configVolume(job), mount: { name: CONFIG_VOLUME, mountPath: CONFIG_PATH } }] : []),
  ]);
  const role = env('K_MPI_JOB_ROLE', launcher ? 'launcher' : 'worker');
  if (!launcher) return addEnvironment(withServer(keyed, main), main, [role]);
  const works = launcherWorks(job);
  return addEnvironment(keyed, main, [role, ...launchVariables(job), ...(works ? [] : NO_GPU)]);
}

/** On its node's network a pod must still ask the cluster for the names of the others. */
const resolvable = (spec: PodSpec): PodSpec =>
  spec.hostNetwork && !spec.dnsPolicy ? { ...spec, dnsPolicy: 'ClusterFirstWithHostNet' } : spec;

const withServer = (spec: PodSpec, main: number): PodSpec =>
  withMain(spec, main, (container) =>
    container.command?.length || container.args?.length
      ? container
      : { ...container, command: ['/usr/sbin/sshd', '-De'] },
  );

/**
 * ssh refuses a private key that belongs to its user and that others may read. Files of a volume belong to root: root's own
 * is closed to all others; anybody else reads it as a member of the pod's group, or as one of all.
 */
function keysVolume(job: MPIJobView, spec: PodSpec, main: number) {
  const user = spec.containers[main]?.securityContext?.runAsUser ?? spec.securityContext?.runAsUser;
  const root = user === undefined ? sshPathOf(job).startsWith('/root/') : user === 0;
  const foreign = spec.securityContext?.fsGroup === undefined ? 0o644 : 0o640;
  return {
    name: KEYS_VOLUME,
    secret: {
      secretName: keysName(job),
      ...(root ? { defaultMode: 0o600 } : {}),
      items: [
        { key: PRIVATE_KEY, path: 'id_rsa', mode: root ? 0o600 : foreign },
        { key: PUBLIC_KEY, path: 'id_rsa.pub' },
        { key: PUBLIC_KEY, path: 'authorized_keys' },
      ],
    },
  };
}

const configVolume = (job: MPIJobView) => ({
  name: CONFIG_VOLUME,
  configMap: {
    name: configName(job),
    items: [
      { key: 'hostfile', path: 'hostfile', mode: 0o444 },
      { key: 'discover_hosts.sh', path: 'discover_hosts.sh', mode: 0o555 },
    ],
  },
});

/** How each implementation is told its hosts, and to keep trying until their ssh servers are up. */
function launchVariables(job: MPIJobView): readonly EnvVar[] {
  const hosts = `${CONFIG_PATH}/hostfile`;
  const patience = '-o ConnectionAttempts=10';
  switch (job.spec.mpiImplementation ?? 'OpenMPI') {
    case 'OpenMPI':
      return [
        env('OMPI_MCA_orte_keep_fqdn_hostnames', 'true'),
        env('OMPI_MCA_orte_default_hostfile', hosts),
        env('OMPI_MCA_plm_rsh_args', patience),
        env('OMPI_MCA_orte_set_default_slots', slotsOf(job)),
      ];
    case 'Intel':
      return [
        env('I_MPI_HYDRA_HOST_FILE', hosts),
        env('I_MPI_HYDRA_BOOTSTRAP_EXEC_EXTRA_ARGS', patience),
        env('I_MPI_PERHOST', slotsOf(job)),
      ];
    case 'MPICH':
      return [env('HYDRA_HOST_FILE', hosts), env('HYDRA_LAUNCH_EXTRA_ARGS', patience)];
  }
}
