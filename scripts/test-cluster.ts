import { clusterDown, clusterUp } from '../src/cluster/index.ts';
import { REAL_CLUSTER } from '../test/support/real-cluster.ts';

/** By lane. */
const NAMES = ['armature-test', 'armature-test-2'] as const;

/**
 * Brings up the cluster with fake nodes that the live tests of one lane share. @returns the environment that tells the
 * tests which cluster to use; empty when it cannot be had here: they then try it themselves and fail with the reason.
 */
export async function testClusterUp(lane: number): Promise<Readonly<Record<string, string>>> {
  const name = NAMES[lane] ?? NAMES[0];
  const started = Date.now();
  process.stdout.write(
    `… local cluster ${name} with 4 fake nodes (the first time builds Kubernetes: about 6 minutes)\n`,
  );
  try {
    const log = (line: string) => process.stderr.write(`  ${line}\n`);
    const info = await clusterUp({ name, nodes: 'fake:4', log });
    process.stdout.write(`✓ local cluster ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
    return { ARMATURE_TEST_CLUSTER: JSON.stringify(info) };
  } catch (error) {
    process.stdout.write(`✗ local cluster ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return {};
  }
}

/** Takes them down, and the one with a real node that tests may have brought up; content when there is none. */
export async function testClusterDown(): Promise<void> {
  for (const name of [...NAMES, REAL_CLUSTER]) {
    try {
      await clusterDown(name);
    } catch (error) {
      process.stdout.write(`✗ taking the local cluster ${name} down: ${String(error)}\n`);
      process.exitCode = 1;
    }
  }
}
