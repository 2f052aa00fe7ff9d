import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Cluster {
  readonly name: string;
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Path of the apiserver's audit log. */
  readonly auditLog: string;
  /** Address of this machine as pods of the real node see it; empty without a real node. */
  readonly gateway: string;
}

/** Runs `armature …` and resolves to what it printed. */
export async function armature(...args: string[]): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout } = await run(process.execPath, ['src/cli/main.ts', ...args], { maxBuffer: 64 << 20, env });
  return stdout;
}

/** The cluster that `npm test` brought up; a test run by hand brings it up itself and leaves it running. */
export async function sharedCluster(): Promise<Cluster> {
  const given = process.env.ARMATURE_TEST_CLUSTER;
  return parseCluster(
    given ?? (await armature('cluster', 'up', '--name', 'armature-test', '--nodes', 'fake:4', '--json')),
  );
}

/** Reads the last line of `armature cluster up --json`. */
export function parseCluster(output: string): Cluster {
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Cluster;
}
