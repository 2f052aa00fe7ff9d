import type { Container, EnvVar, PodSpec } from '../../api/pod-template.ts';
import { env } from '../environment/variables.ts';
import { withMain } from './job.ts';

export const CONFIG_PATH = '/etc/mpi';
export const CONFIG_VOLUME = 'mpi-job-config';

/** Keeps the accelerators of its node from a launcher that only launches. */
export const NO_GPU: readonly EnvVar[] = [env('NVIDIA_VISIBLE_DEVICES', ''), env('NVIDIA_DRIVER_CAPABILITIES', '')];

type Volume = NonNullable<PodSpec['volumes']>[number];
type Mount = NonNullable<Container['volumeMounts']>[number];

/** Volumes of the pod, each mounted into the main container. */
export function addVolumes(
  spec: PodSpec,
  main: number,
  parts: readonly { readonly volume: Volume; readonly mount: Mount }[],
): PodSpec {
  const mounted = withMain(spec, main, (container) => ({
    ...container,
    volumeMounts: [...(container.volumeMounts ?? []), ...parts.map(({ mount }) => mount)],
  }));
  return { ...mounted, volumes: [...(spec.volumes ?? []), ...parts.map(({ volume }) => volume)] };
}

/** Variables for the main container; what the author set stays. */
export const addEnvironment = (spec: PodSpec, main: number, variables: readonly EnvVar[]): PodSpec =>
  withMain(spec, main, (container) => {
    const own = container.env ?? [];
    const set = new Set(own.map(({ name }) => name));
    return { ...container, env: [...own, ...variables.filter(({ name }) => !set.has(name))] };
  });
