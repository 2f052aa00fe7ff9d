import type { Container, PodSpec } from '../../../api/pod-template.ts';
import { changeJobs, countOf, hostOf, type Layout, podSpecOf, trainerJob, withPodSpec } from '../layout.ts';
import { upsert } from '../merge.ts';
import { fluxCurveName, fluxEntrypointName, NODE } from '../names.ts';
import { gpusOf, nodeResources } from '../node-resources.ts';
import { CURVE_FOLDER, FLUX_ROOT, type FluxCluster, SOFTWARE } from './flux-scripts.ts';

/** Flux: every pod is a broker of one Flux instance; the first one runs the program over all of them. */

export const FLUX_INSTALLER = 'flux-installer';
export const INIT_SCRIPT = 'init.sh';
export const ENTRYPOINT_SCRIPT = 'entrypoint.sh';

const SCRIPTS_FOLDER = '/etc/flux-config';

/** What a runtime or a TrainJob may set by variables of the container that trains, and what holds otherwise. */
const SETTINGS = {
  FLUX_VIEW_IMAGE: 'ghcr.io/converged-computing/flux-view-ubuntu:tag-jammy',
  FLUX_NETWORK_DEVICE: 'eth0',
  FLUX_QUEUE_POLICY: 'fcfs',
} as const;

/** Flux is brought along by an init container, and the program is handed to it. */
export function applyFlux(layout: Layout): Layout {
  const scripts = fluxEntrypointName(layout.job);
  const added: PodSpec['volumes'] = [
    { name: 'flux-install', emptyDir: {} },
    { name: 'spack-install', emptyDir: {} },
    { name: scripts, configMap: { name: scripts, defaultMode: 0o755 } },
    { name: 'shared-memory', emptyDir: { medium: 'Memory' } },
    { name: 'flux-curve', secret: { secretName: fluxCurveName(layout.job), defaultMode: 0o400 } },
  ];
  const installer: Container = {
    name: FLUX_INSTALLER,
    image: settingsOf(layout).FLUX_VIEW_IMAGE,
    command: ['/bin/bash', `${SCRIPTS_FOLDER}/${INIT_SCRIPT}`],
    volumeMounts: [
      { name: 'flux-install', mountPath: FLUX_ROOT },
      { name: scripts, mountPath: SCRIPTS_FOLDER, readOnly: true },
    ],
  };
  const mounts = [
    ...(installer.volumeMounts ?? []),
    { name: 'spack-install', mountPath: SOFTWARE },
    { name: 'flux-curve', mountPath: CURVE_FOLDER, readOnly: true },
    { name: 'shared-memory', mountPath: '/dev/shm' },
  ];
  return changeJobs(
    layout,
    (job) => job.name === trainerJob(layout)?.name,
    (job) =>
      withPodSpec(job, (spec) => ({
        ...spec,
        volumes: upsert(spec.volumes, ({ name }) => name, added),
        initContainers: [...(spec.initContainers ?? []), installer],
        containers: spec.containers.map((container) =>
          container.name === NODE ? handedOver(container, mounts) : container,
        ),
      })),
  );
}

/** The program and its arguments become the arguments of the entry point, each as it is. */
function handedOver(
  { command = [], args = [], ...container }: Container,
  mounts: NonNullable<Container['volumeMounts']>,
): Container {
  return {
    ...container,
    command: ['/bin/bash', `${SCRIPTS_FOLDER}/${ENTRYPOINT_SCRIPT}`, ...command, ...args],
    volumeMounts: upsert(container.volumeMounts, (mount) => mount.mountPath, mounts),
  };
}

/** The TrainJob's variables before the runtime's, before what holds otherwise. */
function settingsOf(layout: Layout): Readonly<Record<keyof typeof SETTINGS, string>> {
  const job = trainerJob(layout);
  const container = job && podSpecOf(job).containers.find(({ name }) => name === NODE);
  const variables = [...(container?.env ?? []), ...(layout.job.spec.trainer?.env ?? [])];
  const set = variables.filter(({ name, value }) => name in SETTINGS && value);
  return { ...SETTINGS, ...Object.fromEntries(set.map(({ name, value }) => [name, value])) };
}

/** What the scripts have to know of the job. */
export function fluxClusterOf(layout: Layout): FluxCluster {
  const job = trainerJob(layout) ?? { name: NODE };
  const [first = '', ...subdomain] = hostOf(layout, job, 0).split('.');
  const asked = Number(layout.job.spec.trainer?.numProcPerNode);
  const settings = settingsOf(layout);
  return {
    prefix: first.replace(/0$/, ''),
    subdomain: subdomain.join('.'),
    nodes: countOf(layout, trainerJob(layout)),
    tasksPerNode: Number.isInteger(asked) ? asked : (layout.runtime.mlPolicy?.flux?.numProcPerNode ?? 1),
    gpusPerNode: gpusOf(nodeResources(layout)),
    networkDevice: settings.FLUX_NETWORK_DEVICE,
    queuePolicy: settings.FLUX_QUEUE_POLICY,
  };
}

/** A runtime may not have an init container of the name that is added. */
export function fluxProblems(layout: Layout): readonly string[] {
  if (!layout.runtime.mlPolicy?.flux) return [];
  const job = trainerJob(layout);
  const taken = job && podSpecOf(job).initContainers?.some(({ name }) => name === FLUX_INSTALLER);
  if (!taken) return [];
  return [`spec.runtimeRef: initContainer '${FLUX_INSTALLER}' is reserved, since the Flux policy adds it: rename it`];
}
