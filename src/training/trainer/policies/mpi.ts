import type { Container } from '../../../api/pod-template.ts';
import { env } from '../../environment/variables.ts';
import { PRIVATE_KEY, PUBLIC_KEY } from '../../mpi/keys.ts';
import { changeJobs, type Layout, podSpecOf, withEnv, withPodSpec } from '../layout.ts';
import { upsert } from '../merge.ts';
import { hostfileName, keysName, LAUNCHER, NODE } from '../names.ts';
import { gpusOf, nodeResources } from '../node-resources.ts';

/** MPI: a launcher starts the processes on the nodes over ssh. */

const KEYS_VOLUME = 'mpi-ssh-auth';
const HOSTS_VOLUME = 'mpi-hostfile';
const HOSTS_FOLDER = '/etc/mpi';
const HOSTS_FILE = 'hostfile';

/** Keys, the list of hosts, and what OpenMPI reads of both. */
export function applyMpi(layout: Layout): Layout {
  const mountPath = layout.runtime.mlPolicy?.mpi?.sshAuthMountPath ?? '/root/.ssh';
  const keyed = changeJobs(
    layout,
    ({ name }) => name === NODE || name === LAUNCHER,
    (job) =>
      withPodSpec(job, (spec) => ({
        ...spec,
        volumes: upsert(spec.volumes, ({ name }) => name, [keysVolume(layout)]),
        containers: spec.containers.map((container) =>
          container.name === NODE ? mounted(container, KEYS_VOLUME, mountPath) : container,
        ),
      })),
  );
  return changeJobs(
    keyed,
    ({ name }) => name === LAUNCHER,
    (job) =>
      withPodSpec(job, (spec) => ({
        ...spec,
        volumes: upsert(spec.volumes, ({ name }) => name, [hostsVolume(layout)]),
        containers: podSpecOf(job).containers.map((container) =>
          container.name === NODE ? launching(layout, mounted(container, HOSTS_VOLUME, HOSTS_FOLDER)) : container,
        ),
      })),
  );
}

const mounted = (container: Container, name: string, mountPath: string): Container => ({
  ...container,
  volumeMounts: upsert(container.volumeMounts, (mount) => mount.mountPath, [{ name, mountPath }]),
});

const launching = (layout: Layout, container: Container): Container =>
  withEnv(container, [
    env('OMPI_MCA_orte_default_hostfile', `${HOSTS_FOLDER}/${HOSTS_FILE}`),
    env('OMPI_MCA_orte_keep_fqdn_hostnames', 'true'),
    env('OMPI_MCA_orte_set_default_slots', slotsOf(layout)),
    env('OMPI_MCA_plm_rsh_args', '-o ConnectionAttempts=10'),
  ]);

const keysVolume = ({ job }: Layout) => ({
  name: KEYS_VOLUME,
  secret: {
    secretName: keysName(job),
    defaultMode: 0o400,
    items: [
      { key: PRIVATE_KEY, path: 'id_rsa', mode: 0o640 },
      { key: PUBLIC_KEY, path: 'id_rsa.pub', mode: 0o644 },
      { key: PUBLIC_KEY, path: 'authorized_keys', mode: 0o644 },
    ],
  },
});

const hostsVolume = ({ job }: Layout) => ({
  name: HOSTS_VOLUME,
  configMap: { name: hostfileName(job), items: [{ key: HOSTS_FILE, path: HOSTS_FILE, mode: 0o444 }] },
});

/** Processes on each host: as asked; else as the runtime says, or one for each of several GPUs. */
export function slotsOf(layout: Layout): number {
  const asked = Number(layout.job.spec.trainer?.numProcPerNode);
  if (Number.isInteger(asked)) return asked;
  const ofRuntime = layout.runtime.mlPolicy?.mpi?.numProcPerNode ?? 1;
  return ofRuntime === 1 ? Math.max(1, gpusOf(nodeResources(layout))) : ofRuntime;
}
