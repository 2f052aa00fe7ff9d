import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NAME = 'armature-test';

export interface TestCluster {
  /** Tells the tests which cluster to use. */
  readonly env: Readonly<Record<string, string>>;
  down(): Promise<void>;
}

/**
 * Brings up the cluster with fake nodes that all live tests of one run share. Nothing is returned when it cannot
 * be had here; the tests then bring it up themselves and fail with the reason.
 */
export async function testCluster(): Promise<TestCluster | undefined> {
  const started = Date.now();
  process.stdout.write('… local cluster with 4 fake nodes (the first time builds Kubernetes: about 6 minutes)\n');
  try {
    const { stdout } = await armature('cluster', 'up', '--name', NAME, '--nodes', 'fake:4', '--json');
    const lines = stdout.trim().split('\n');
    process.stdout.write(`✓ local cluster (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
    return { env: { ARMATURE_TEST_CLUSTER: lines.at(-1) ?? '' }, down };
  } catch (error) {
    process.stdout.write(`✗ local cluster: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

async function down(): Promise<void> {
  try {
    await armature('cluster', 'down', '--name', NAME);
  } catch (error) {
    process.stdout.write(`✗ taking the local cluster down: ${String(error)}\n`);
    process.exitCode = 1;
  }
}

function armature(...args: string[]) {
  return run(process.execPath, ['src/cli/main.ts', ...args], { maxBuffer: 64 << 20 });
}
