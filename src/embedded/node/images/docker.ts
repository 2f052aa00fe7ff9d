import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Mount } from '../volumes/mounts.ts';
import type { ImageRule } from './image-map.ts';

const execute = promisify(execFile);
const run = (engine: Engine, words: readonly string[]) =>
  execute(engine, [...words], { timeout: TIMEOUT_MS, env: process.env });
const TIMEOUT_MS = 10_000;

export type Engine = 'docker' | 'podman';

export const engineOf = ({ docker, podman }: ImageRule): Engine | undefined =>
  docker ? 'docker' : podman ? 'podman' : undefined;

/** A container that an engine runs for us in the foreground. */
export interface EngineRun {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly workingDir: string | undefined;
  readonly hostname: string;
  /** Names and their addresses. */
  readonly hosts: readonly (readonly [name: string, address: string])[];
  /** Marks the containers of one node. */
  readonly label: string;
}

/** The words after `docker` or `podman`. Values of variables come from the engine's own environment, not from here. */
export function engineWords(container: EngineRun): readonly string[] {
  const { name, image, command, args, variables, mounts, workingDir, hostname, hosts, label } = container;
  const [entrypoint, ...rest] = command ?? [];
  return [
    'run',
    '--rm',
    '--name',
    name,
    '--label',
    label,
    '--network',
    'host',
    '--hostname',
    hostname,
    ...hosts.flatMap(([host, address]) => ['--add-host', `${host}:${address}`]),
    ...mounts.flatMap(({ source, target, readOnly }) => ['--volume', `${source}:${target}${readOnly ? ':ro' : ''}`]),
    ...Object.entries(variables).flatMap(([key, value]) => ['--env', key === 'PATH' ? `${key}=${value}` : key]),
    ...(workingDir ? ['--workdir', workingDir] : []),
    ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
    image,
    ...rest,
    ...args,
  ];
}

export const NODE_LABEL = 'armature.dev/node';

/** @throws when the engine is not there, or does not answer */
export async function checkEngine(engine: Engine): Promise<void> {
  try {
    await run(engine, ['info']);
  } catch (error) {
    const said = (error as { readonly stderr?: string }).stderr?.trim().split('\n').at(-1) || (error as Error).message;
    throw new Error(`${engine} does not run on this machine (${said}): start it, or map the image to a venv or a path`);
  }
}

/** Ends a container, whatever it does. */
export async function removeContainer(engine: Engine, name: string): Promise<void> {
  await run(engine, ['rm', '--force', name]).catch(() => {});
}

/** Ends the containers that an earlier node of this label left behind. */
export async function removeLeftContainers(engine: Engine, label: string): Promise<void> {
  const { stdout } = await run(engine, ['ps', '--all', '--quiet', '--filter', `label=${label}`]);
  for (const id of stdout.split('\n').filter(Boolean)) await removeContainer(engine, id);
}
