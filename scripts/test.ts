/**
 * `npm test`: checks, then unit, simulation, integration, e2e and conformance tests one after the other.
 * Ends with `N passed, N failed` and exits with 1 when anything failed or nothing ran.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { TEMPORARY } from '../test/support/temporary-folder.ts';
import { jestStep, runStep, STATIC_STEPS, stopSteps } from './steps.ts';
import { testClusterDown, testClusterUp } from './test-cluster.ts';
import { RESULTS_FILE, readReport, SECOND_TRIES_FILE, secondTries, summary, type TestOutcome } from './test-results.ts';

const PROJECTS = ['unit', 'simulation', 'integration', 'e2e', 'conformance'];
const LIVE = new Set(['integration', 'e2e', 'conformance']);

const only = process.argv.slice(2).filter((argument) => PROJECTS.includes(argument));
const projects = only.length > 0 ? only : PROJECTS;

mkdirSync('build/reports', { recursive: true });
rmSync(TEMPORARY, { recursive: true, force: true });
rmSync(SECOND_TRIES_FILE, { force: true });
const outcomes: TestOutcome[] = [];
for (const step of STATIC_STEPS) {
  const result = await runStep(step);
  outcomes.push({
    project: 'check',
    name: step.name,
    status: result.ok ? 'passed' : 'failed',
    seconds: result.seconds,
  });
}

const live = projects.some((project) => LIVE.has(project));
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // A terminal's Ctrl-C arrives twice: to the whole group, and passed on by the bootstrap.
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    process.stdout.write(`${signal}: stopping${live ? ', and taking the local cluster down' : ''}\n`);
    stopSteps();
    void (live ? testClusterDown() : Promise.resolve()).finally(() => process.exit(130));
  });
}

const clusterEnv = live ? await testClusterUp() : {};
try {
  for (const project of projects) outcomes.push(...(await runProject(project)));
} finally {
  if (live) await testClusterDown();
}

rmSync(TEMPORARY, { recursive: true, force: true });
writeFileSync(RESULTS_FILE, `${JSON.stringify({ finishedAt: new Date().toISOString(), tests: outcomes }, null, 1)}\n`);
for (const outcome of outcomes)
  if (outcome.status !== 'passed') process.stdout.write(`${outcome.status}: [${outcome.project}] ${outcome.name}\n`);
for (const name of secondTries()) process.stdout.write(`passed only at the second try: ${name}\n`);
process.stdout.write(`${summary(outcomes)}\n`);
const tests = outcomes.filter((outcome) => outcome.project !== 'check' && outcome.status === 'passed');
process.exitCode = tests.length > 0 && outcomes.every((outcome) => outcome.status !== 'failed') ? 0 : 1;

/** Once a signal came, its handler ends the process, and nothing else is begun. */
function unlessStopping(): Promise<void> {
  return stopping ? new Promise(() => {}) : Promise.resolve();
}

async function runProject(project: string): Promise<TestOutcome[]> {
  await unlessStopping();
  const report = `build/reports/jest-${project}.json`;
  rmSync(report, { force: true });
  const step = jestStep(
    project,
    report,
    project === 'unit' ? [] : ['--runInBand', '--forceExit', '--testTimeout=60000'],
  );
  const result = await runStep({
    ...step,
    env: LIVE.has(project) ? { ...clusterEnv, ARMATURE_SECOND_TRIES: SECOND_TRIES_FILE } : {},
  });
  await unlessStopping();
  const found = readReport(project, report);
  if (result.ok || found.some((outcome) => outcome.status === 'failed')) return found;
  return [
    ...found,
    { project, name: `${project}: jest failed outside of a test`, status: 'failed', seconds: result.seconds },
  ];
}
