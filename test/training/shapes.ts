import type { KubeObject } from '../../src/api/kube.ts';
import type { EnvVar, PodSpec } from '../../src/api/pod-template.ts';
import { ATTEMPT_VARIABLE } from '../../src/api/training-contract.ts';
import { type JobSketch, World } from './world.ts';

/** How tests of one kind say which pods a job has, and read what the pods were given. */

/** Replicas by type: a number, or a replica spec's fields beside the template. */
export type Shape = Readonly<Record<string, number | object>>;

/** The replica specs of a job whose every pod has one container of this name. */
export const replicasOf = (container: string, shape: Shape) =>
  Object.fromEntries(
    Object.entries(shape).map(([type, wish]) => [
      type,
      {
        ...(typeof wish === 'number' ? { replicas: wish } : wish),
        template: { spec: { containers: [{ name: container, image: 'train:1' }] } },
      },
    ]),
  );

/** A job of a kind with this spec, planned until nothing more is to be written. */
export function settled(kind: string, spec: object, options = {}): World {
  const world = new World({ kind, spec } as JobSketch, options);
  world.settle();
  return world;
}

/** The same, with every pod running. */
export function started(kind: string, spec: object, options = {}): World {
  const world = settled(kind, spec, options);
  for (const name of world.names('Pod')) world.phase(name ?? '', 'Running');
  world.settle();
  return world;
}

export const podOf = (world: World, name: string): KubeObject & { readonly spec: PodSpec } =>
  world.children.find((child) => child.kind === 'Pod' && child.metadata.name === name) as never;

/** What the main container of a pod was given for its framework, in order; attempts have tests of their own. */
export const givenTo = (world: World, name: string): readonly (readonly [string, string | undefined])[] =>
  (podOf(world, name).spec.containers[0]?.env ?? [])
    .filter(({ name }: EnvVar) => name !== ATTEMPT_VARIABLE)
    .map(({ name, value }: EnvVar) => [name, value]);

/** The pods that carry the master's label. */
export const masters = (world: World): readonly (string | undefined)[] =>
  world.children
    .filter(({ metadata }) => metadata.labels?.['training.kubeflow.org/job-role'] === 'master')
    .map(({ metadata }) => metadata.name);
