import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type NodeContext, StartError } from './context.ts';
import { ConfigError, containerEnv, expandAll } from './environment/container-env.ts';
import { serviceVariables } from './environment/service-variables.ts';
import { baseEnv } from './images/base-env.ts';
import { checkEngine, type Engine, engineOf, engineWords } from './images/docker.ts';
import type { ImageRule } from './images/image-map.ts';
import { keyedSources } from './keyed-sources.ts';
import { formsOf, hostnameOf } from './names/hosts.ts';
import { mentions, nameSubstitutions, type Substitutions, substitute } from './names/substitute.ts';
import { downwardView, type PodSandbox } from './pod-sandbox.ts';
import type { Container, Pod } from './pod-types.ts';
import type { Launch } from './process/launch-script.ts';
import { type Mount, mountsOf } from './volumes/mounts.ts';
import { MountError } from './volumes/payload.ts';

/** Everything that is settled about a run before its process is. */
export interface PreparedRun {
  readonly launch: Launch;
  readonly rule: ImageRule;
  readonly terminationLog: string;
  readonly engine?: Engine;
  /** For machines without namespaces: what stands for the paths and names that a command mentions. */
  readonly translate: (text: string) => string;
  /** Mounts that the container only sees through such a translation, and those that it does not even mention. */
  readonly substituted: readonly Mount[];
  readonly unseen: readonly Mount[];
}

/** @throws StartError when something is missing that may come */
export async function prepareRun(
  context: NodeContext,
  pod: Pod,
  container: Container,
  sandbox: PodSandbox,
  id: string,
  folder: string,
): Promise<PreparedRun> {
  const rule = await imageRule(context, container);
  const engine = engineOf(rule);
  if (engine) await checkEngine(engine).catch((error: Error) => fail('ErrImagePull', error.message));
  const variables = await variablesOf(context, pod, container, sandbox);
  const volumeMounts = await mountsOf(container, sandbox.volumes, variables).catch(asStartError);
  const terminationLog = join(folder, 'termination-log');
  await writeFile(terminationLog, '');
  const target = container.terminationMessagePath ?? '/dev/termination-log';
  const mounts: readonly Mount[] = [...volumeMounts, { source: terminationLog, target, file: true, readOnly: false }];
  const shared = { rule, terminationLog };
  if (engine) {
    const launch = engineLaunch(context, pod, container, { engine, id, folder, mounts, variables, rule });
    return { ...shared, launch, engine, translate: (text) => text, substituted: [], unseen: [] };
  }
  const words = commandOf(container, rule, variables);
  const env = { ...baseEnv(rule, process.env), HOSTNAME: hostnameOf(pod), ...variables };
  const workingDir = container.workingDir ?? rule.workingDir ?? sandbox.folder;
  if (context.isolation === 'namespaces') {
    const hosts: Mount = { source: sandbox.hostsFile, target: '/etc/hosts', file: true, readOnly: false };
    const launch = { words, env, workingDir, mounts: [...mounts, hosts], hostname: hostnameOf(pod) };
    return { ...shared, launch, translate: (text) => text, substituted: [], unseen: [] };
  }
  const translate = translation(context, pod, mounts);
  const launch: Launch = {
    words: words.map(translate),
    env: {
      ...LOOPBACK_ONLY,
      ...env,
      ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, translate(value)])),
    },
    workingDir: translate(workingDir),
    mounts: [],
  };
  const told = [...words, workingDir, ...Object.values(variables)];
  const seen = ({ target }: Mount) => told.some((text) => mentions(text, target));
  const unseen = volumeMounts.filter((mount) => !seen(mount));
  return { ...shared, launch, translate, substituted: volumeMounts.filter(seen), unseen };
}

/** Collectives take the machine's name for their address when nobody tells them otherwise. */
const LOOPBACK = process.platform === 'darwin' ? 'lo0' : 'lo';
const LOOPBACK_ONLY = { GLOO_SOCKET_IFNAME: LOOPBACK, NCCL_SOCKET_IFNAME: LOOPBACK, TP_SOCKET_IFNAME: LOOPBACK };

async function imageRule({ images }: NodeContext, { image = '' }: Container): Promise<ImageRule> {
  if (image === '') return fail('InvalidImageName', 'the container names no image');
  try {
    return await images.rule(image);
  } catch (error) {
    return fail('ErrImagePull', (error as Error).message);
  }
}

async function variablesOf(context: NodeContext, pod: Pod, container: Container, sandbox: PodSandbox) {
  const { names, client, apiServer } = context;
  const services = serviceVariables(names.servicesOf(pod.metadata.namespace), (one) => names.serviceAddress(one));
  const view = downwardView(context, pod, sandbox.ip);
  const own = await containerEnv(view, container, services, keyedSources(client, pod.metadata.namespace)).catch(
    asStartError,
  );
  if (!apiServer) return own;
  return { KUBERNETES_SERVICE_HOST: apiServer.host, KUBERNETES_SERVICE_PORT: String(apiServer.port), ...own };
}

function commandOf(container: Container, rule: ImageRule, variables: Readonly<Record<string, string>>): string[] {
  const command = container.command?.length ? expandAll(container.command, variables) : (rule.entrypoint ?? []);
  const args = container.args
    ? expandAll(container.args, variables)
    : container.command?.length
      ? []
      : (rule.cmd ?? []);
  const words = [...command, ...args];
  if (words.length > 0) return words;
  const mend = `give the container a command, or the rule "${rule.match}" of the image map an entrypoint`;
  return fail('CreateContainerError', `no command specified: processes have no image to take one from; ${mend}`);
}

interface EnginePart {
  readonly engine: Engine;
  readonly id: string;
  readonly folder: string;
  readonly mounts: readonly Mount[];
  readonly variables: Readonly<Record<string, string>>;
  readonly rule: ImageRule;
}

function engineLaunch(context: NodeContext, pod: Pod, container: Container, part: EnginePart): Launch {
  const { engine, id, folder, mounts, rule } = part;
  const variables = { ...rule.env, ...part.variables };
  const { namespace } = pod.metadata;
  const hosts = [...context.names.table(true)].flatMap(([name, addresses]) =>
    formsOf(name, namespace, pod.spec.dnsConfig?.searches).flatMap((form) =>
      addresses.map((address) => [form, address] as const),
    ),
  );
  const words = engineWords({
    name: id,
    image: container.image ?? '',
    command: container.command?.length ? expandAll(container.command, variables) : rule.entrypoint,
    args: expandAll(container.args, variables),
    variables,
    mounts,
    workingDir: container.workingDir,
    hostname: hostnameOf(pod),
    hosts,
    label: context.book.label,
  });
  const env = { ...variables, ...baseEnv({ match: '', host: true }, process.env) };
  return { words: [engine, ...words], env, workingDir: folder, mounts: [] };
}

function translation({ names }: NodeContext, pod: Pod, mounts: readonly Mount[]): (text: string) => string {
  const { namespace } = pod.metadata;
  const hosts = nameSubstitutions(names.table(true), namespace, pod.spec.dnsConfig?.searches);
  const paths: Substitutions = new Map(mounts.map(({ source, target }) => [target, source]));
  return (text) => substitute(text, hosts, paths);
}

function asStartError(error: unknown): never {
  if (error instanceof ConfigError || error instanceof MountError) {
    return fail('CreateContainerConfigError', error.message);
  }
  throw error;
}

function fail(reason: string, message: string): never {
  throw new StartError(reason, message);
}
