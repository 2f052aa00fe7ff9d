/**
 * `npm run differential [-- PATTERN]`: the same manifests given to Kubeflow's own controllers, built from their modules,
 * and to ours, on one local cluster; ends with an error when anything differs that docs/differences.md does not explain.
 * PATTERN chooses among the test files `differential-*`.
 */
import { mkdirSync } from 'node:fs';
import { clusterDown, clusterUp } from '../src/cluster/index.ts';
import { jestStep, runStep } from './steps.ts';
import { readReport, summary } from './test-results.ts';

const NAME = 'armature-differential';
const REPORT = 'build/reports/jest-differential.json';

mkdirSync('build/reports', { recursive: true });
const log = (line: string) => process.stderr.write(`  ${line}\n`);
const cluster = await clusterUp({ name: NAME, nodes: 'fake:4', log });
try {
  const pattern = `differential-.*${process.argv[2] ?? ''}`;
  const step = jestStep('conformance', REPORT, ['--testPathPatterns', pattern, '--runInBand', '--forceExit']);
  const env = { ARMATURE_DIFFERENTIAL: '1', ARMATURE_TEST_CLUSTER: JSON.stringify(cluster) };
  const result = await runStep({ ...step, name: 'differential tests', env });
  process.stdout.write(`${summary(readReport('conformance', REPORT))}\n`);
  process.exitCode = result.ok ? 0 : 1;
} finally {
  await clusterDown(NAME);
}
