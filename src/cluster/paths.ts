/** Where files are kept outside of the checkout: what is built in a cache, each cluster in a folder of its own. */

import { homedir } from 'node:os';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** `$ARMATURE_CACHE`, or `armature` in `$XDG_CACHE_HOME` or `~/.cache`. May be deleted at any time: it is made anew. */
export function cacheDir(env: Env = process.env): string {
  return env.ARMATURE_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'armature');
}

/** `$ARMATURE_STATE`, or `armature/clusters` in `$XDG_STATE_HOME` or `~/.local/state`. */
export function stateDir(env: Env = process.env): string {
  return env.ARMATURE_STATE || join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'armature', 'clusters');
}

/** The files of one cluster. */
export interface ClusterPaths {
  readonly dir: string;
  readonly state: string;
  readonly lock: string;
  readonly pki: string;
  readonly config: string;
  readonly logs: string;
  readonly pids: string;
  readonly etcd: string;
  /** There as long as etcd's data has never been served. */
  readonly etcdUnproven: string;
  readonly audit: string;
  readonly auditLog: string;
  readonly kubeconfig: string;
  readonly volumes: string;
  readonly node: string;
  readonly containerd: string;
}

export function clusterPaths(name: string, root = stateDir()): ClusterPaths {
  const dir = join(root, name);
  return {
    dir,
    state: join(dir, 'cluster.json'),
    lock: join(root, `.${name}.lock`),
    pki: join(dir, 'pki'),
    config: join(dir, 'config'),
    logs: join(dir, 'logs'),
    pids: join(dir, 'pids'),
    etcd: join(dir, 'etcd'),
    etcdUnproven: join(dir, 'etcd-unproven'),
    audit: join(dir, 'audit'),
    auditLog: join(dir, 'audit', 'audit.log'),
    kubeconfig: join(dir, 'kubeconfig'),
    volumes: join(dir, 'volumes'),
    node: join(dir, 'node'),
    containerd: join(dir, 'node', 'containerd.sock'),
  };
}

/** The unix socket of containerd must fit the kernel's limit of 107 bytes for socket paths. */
export function checkSocketLength(paths: ClusterPaths): void {
  if (Buffer.byteLength(paths.containerd) <= 107) return;
  throw new Error(`${paths.containerd} is too long for a unix socket: set ARMATURE_STATE to a shorter folder`);
}
