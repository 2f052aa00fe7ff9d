/**
 * `npm test`: checks, then two lanes of tests side by side, each with a cluster of its own, since live tests wait more
 * than they compute. Ends with `N passed, N failed` and exits with 1 when anything failed or nothing ran.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TEMPORARY } from '../test/support/temporary-folder.ts';
import { buildBundle } from './images/bundle.ts';
import { jestStep, runStep, STATIC_STEPS, stopSteps } from './steps.ts';
import { testClusterDown, testClusterUp } from './test-cluster.ts';
import { RESULTS_FILE, readReport, SECOND_TRIES_FILE, secondTries, summary, type TestOutcome } from './test-results.ts';

/** About as long as each other. Only one project plays on the real node, and no two controllers share a cluster. */
const LANES = [
  ['unit', 'integration'],
  ['e2e', 'conformance', 'simulation'],
] as const;
const PROJECTS: readonly string[] = LANES.flat();
const LIVE = new Set(['integration', 'e2e', 'conformance']);

/** What live tests start controllers from: it is what users run, and is up in a third of the time. */
const TEST_BUNDLE = resolve('build', 'test-bundle');

const LIVE_ENVIRONMENT = {
  ARMATURE_TEST_PROGRAM: join(TEST_BUNDLE, 'armature.mjs'),
  ARMATURE_SECOND_TRIES: SECOND_TRIES_FILE,
};

const only = process.argv.slice(2).filter((argument) => PROJECTS.includes(argument));
const asked = only.length > 0 ? only : PROJECTS;
const lanes = LANES.map((lane) => lane.filter((project) => asked.includes(project))).filter((lane) => lane.length > 0);

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

const live = asked.some((project) => LIVE.has(project));
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

try {
  if (live) await buildBundle(TEST_BUNDLE);
  const clusters: Readonly<Record<string, string>>[] = [];
  // One after the other: the first one may have to build Kubernetes.
  for (const [number, lane] of lanes.entries())
    clusters.push(lane.some((project) => LIVE.has(project)) ? await testClusterUp(number) : {});
  const results = await Promise.all(lanes.map((lane, number) => runLane(lane, clusters[number] ?? {})));
  outcomes.push(...results.flat());
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

async function runLane(lane: readonly string[], cluster: Readonly<Record<string, string>>): Promise<TestOutcome[]> {
  const found: TestOutcome[] = [];
  for (const project of lane) found.push(...(await runProject(project, cluster)));
  return found;
}

async function runProject(project: string, cluster: Readonly<Record<string, string>>): Promise<TestOutcome[]> {
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
    env: LIVE.has(project) ? { ...cluster, ...LIVE_ENVIRONMENT } : {},
  });
  await unlessStopping();
  const found = readReport(project, report);
  if (result.ok || found.some((outcome) => outcome.status === 'failed')) return found;
  return [
    ...found,
    { project, name: `${project}: jest failed outside of a test`, status: 'failed', seconds: result.seconds },
  ];
}
