import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { type ExecPlugin, type ExpiringCredentials, runExecPlugin } from './exec-credential.ts';

/** What proves who we are: a bearer token, a client certificate (PEM), or user and password. */
export interface Credentials {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly basic?: string;
}

/** How to reach one cluster. */
export interface ClusterAccess {
  /** Such as `https://10.96.0.1:443`. */
  readonly server: string;
  /** PEM. @default - the system's authorities */
  readonly ca?: string;
  readonly skipTlsVerify?: boolean;
  readonly serverName?: string;
  /** The namespace of the context, or of the pod we run in. */
  readonly namespace?: string;
  /** The credentials of now; `renew` throws away what was remembered (after a 401). */
  credentials(renew?: boolean): Promise<Credentials>;
}

export interface AccessOptions {
  /** @default - KUBECONFIG, else the pod's service account, else ~/.kube/config */
  readonly kubeconfig?: string;
  /** @default - the file's current-context */
  readonly context?: string;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Kubelet renews a projected token long before it ends; a minute is what client-go allows too. */
const TOKEN_FILE_TTL_MS = 60_000;
const EXPIRY_MARGIN_MS = 30_000;

export async function loadAccess(options: AccessOptions = {}): Promise<ClusterAccess> {
  const named = options.kubeconfig ?? process.env.KUBECONFIG;
  if (named) return fromKubeconfig(named.split(delimiter).filter(Boolean), options.context);
  if (process.env.KUBERNETES_SERVICE_HOST && !options.context) return inCluster();
  return fromKubeconfig([join(homedir(), '.kube', 'config')], options.context);
}

async function inCluster(): Promise<ClusterAccess> {
  const host = process.env.KUBERNETES_SERVICE_HOST ?? '';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${process.env.KUBERNETES_SERVICE_PORT ?? '443'}`;
  const [ca, namespace] = await Promise.all(
    ['ca.crt', 'namespace'].map((file) => readFile(join(SERVICE_ACCOUNT, file), 'utf8')),
  );
  return { server, ca, namespace: namespace?.trim(), credentials: tokenFile(join(SERVICE_ACCOUNT, 'token')) };
}

interface Named<K extends string, T> {
  readonly name: string;
  readonly value: Readonly<Record<K, T>>;
}

interface Cluster {
  readonly server: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'tls-server-name'?: string;
}

interface User {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly username?: string;
  readonly password?: string;
  readonly exec?: ExecPlugin;
}

interface Context {
  readonly cluster: string;
  readonly user: string;
  readonly namespace?: string;
}

interface Config {
  readonly 'current-context'?: string;
  readonly clusters?: readonly (Named<'cluster', Cluster>['value'] & { name: string })[] | null;
  readonly users?: readonly (Named<'user', User>['value'] & { name: string })[] | null;
  readonly contexts?: readonly (Named<'context', Context>['value'] & { name: string })[] | null;
}

/** The first file that names a cluster, user or context decides, as with kubectl. */
async function fromKubeconfig(paths: readonly string[], wanted: string | undefined): Promise<ClusterAccess> {
  const files = await Promise.all(paths.map(async (path) => ({ path, config: await readConfig(path) })));
  const where = paths.join(delimiter);
  const contextName = wanted ?? files.find(({ config }) => config['current-context'])?.config['current-context'];
  if (!contextName) throw new Error(`${where} names no current-context; give one with --context`);
  const context = pick(files, where, 'context', contextName, (config) => config.contexts)?.entry.context;
  const cluster = pick(files, where, 'cluster', context.cluster, (config) => config.clusters);
  const user = pick(files, where, 'user', context.user, (config) => config.users);
  const { entry, folder } = { entry: cluster.entry.cluster, folder: cluster.folder };
  const ca = await pem(entry['certificate-authority-data'], entry['certificate-authority'], folder);
  return {
    server: entry.server.replace(/\/+$/, ''),
    ...(ca !== undefined && { ca }),
    ...(entry['insecure-skip-tls-verify'] && { skipTlsVerify: true }),
    ...(entry['tls-server-name'] && { serverName: entry['tls-server-name'] }),
    ...(context.namespace && { namespace: context.namespace }),
    credentials: await credentialsOf(user.entry.user ?? {}, user.folder),
  };
}

async function readConfig(path: string): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Error(`cannot read the kubeconfig ${path} (${code}); give one with --kubeconfig or KUBECONFIG`);
  }
  if (text.trimStart().startsWith('{')) return JSON.parse(text);
  const yaml = await import('yaml');
  // Bundled, the package is CommonJS and has its functions below `default`.
  const parse = yaml.parse ?? (yaml as unknown as { default: typeof yaml }).default.parse;
  return (parse(text) as Config | null) ?? {};
}

function pick<T extends { name: string }>(
  files: readonly { path: string; config: Config }[],
  where: string,
  what: string,
  name: string,
  list: (config: Config) => readonly T[] | null | undefined,
): { entry: T; folder: string } {
  for (const { path, config } of files) {
    const entry = list(config)?.find((candidate) => candidate.name === name);
    if (entry) return { entry, folder: dirname(path) };
  }
  throw new Error(`${where} has no ${what} "${name}"; \`kubectl config view\` shows what it has`);
}

async function credentialsOf(user: User, folder: string): Promise<ClusterAccess['credentials']> {
  if (user.exec) return remembered(() => runExecPlugin(user.exec as ExecPlugin));
  if (user.tokenFile) return tokenFile(resolve(folder, user.tokenFile));
  const certificate = await pem(user['client-certificate-data'], user['client-certificate'], folder);
  const key = await pem(user['client-key-data'], user['client-key'], folder);
  const fixed: Credentials = {
    ...(user.token && { token: user.token }),
    ...(certificate !== undefined && { certificate }),
    ...(key !== undefined && { key }),
    ...(user.username && { basic: `${user.username}:${user.password ?? ''}` }),
  };
  return async () => fixed;
}

async function pem(data: string | undefined, file: string | undefined, folder: string): Promise<string | undefined> {
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  return file ? readFile(resolve(folder, file), 'utf8') : undefined;
}

function tokenFile(path: string): ClusterAccess['credentials'] {
  return remembered(async () => ({
    token: (await readFile(path, 'utf8')).trim(),
    expiresAt: Date.now() + TOKEN_FILE_TTL_MS + EXPIRY_MARGIN_MS,
  }));
}

function remembered(load: () => Promise<ExpiringCredentials>): ClusterAccess['credentials'] {
  let current: Promise<ExpiringCredentials> | undefined;
  let expiresAt = Number.POSITIVE_INFINITY;
  return async (renew = false) => {
    if (renew || Date.now() > expiresAt - EXPIRY_MARGIN_MS) current = undefined;
    if (!current) {
      expiresAt = Number.POSITIVE_INFINITY;
      current = load();
      current.then(
        (loaded) => {
          expiresAt = loaded.expiresAt ?? Number.POSITIVE_INFINITY;
        },
        () => {
          current = undefined;
        },
      );
    }
    return current;
  };
}
