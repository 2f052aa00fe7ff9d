import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { json } from '../../../src/cli/simulate/json.ts';
import { type SimulateOptions, simulateFiles } from '../../../src/cli/simulate/run.ts';
import { summaryOf } from '../../../src/cli/simulate/summary.ts';
import { table } from '../../../src/cli/simulate/table.ts';
import { timelineSvg } from '../../../src/cli/simulate/timeline-svg.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const EXAMPLE = join(ROOT, 'docs', 'examples', 'what-if');
const HOUR = 3_600_000;
let work = '';

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'what-if-'));
});
afterAll(() => rmSync(work, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(work, name);
  writeFileSync(path, text);
  return path;
}

const example = (name: string): string => join(EXAMPLE, name);
const run = (options: Partial<SimulateOptions> = {}) =>
  simulateFiles({
    path: example('jobs.yaml'),
    nodes: example('pools.yaml'),
    arrivals: example('arrivals.yaml'),
    durationMs: HOUR,
    seed: 1,
    untilMs: 30 * 24 * HOUR,
    ...options,
  });

describe('armature simulate', () => {
  const page = readFileSync(join(ROOT, 'docs', 'what-if.md'), 'utf8');

  test('prints what the documentation says', () => {
    const simulated = run();
    const [, shown] = /```text\n(.*?)```/s.exec(page) ?? [];
    expect(table(summaryOf(simulated.outcome), simulated)).toBe(shown);
  });

  test('reads the files that the documentation shows', () => {
    const [pools = '', arrivals = ''] = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text);
    const sweep = readFileSync(example('jobs.yaml'), 'utf8').replace('name: trial, ', 'name: sweep, ');
    const jobs = file('jobs.yaml', `${readFileSync(example('jobs.yaml'), 'utf8')}---\n${sweep.split('---').at(-1)}`);
    const { outcome } = run({ path: jobs, nodes: file('p.yaml', pools), arrivals: file('a.yaml', arrivals) });
    expect(outcome.jobs.filter(({ template }) => template === 'team-b/sweep')).toHaveLength(60);
    // The taint of the pool, which no job tolerates.
    expect(outcome.jobs.every(({ fate }) => fate === 'never')).toBe(true);
    expect(outcome.jobs[0]?.reason).toMatch(/node\(s\) had untolerated taint\(s\)/);
  });

  test('is one JSON object for programs', () => {
    const { jobs, preemptions, ...summary } = JSON.parse(
      json(run({ arrivals: file('once.csv', 'template,at,duration\nteam-a/nightly,10m,1h\nteam-b/trial,0s,30m\n') })),
    );
    expect({ jobs, preemptions, ...summary }).toMatchSnapshot();
  });

  test('the command prints, and draws', () => {
    const svg = join(work, 'day.svg');
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [
        '--no-warnings',
        join(ROOT, 'src', 'cli', 'main.ts'),
        'simulate',
        'jobs.yaml',
        '--nodes=pools.yaml',
        '--duration=2h',
        `--svg=${svg}`,
      ],
      { cwd: EXAMPLE, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toMatch(/^2 jobs from 2026-01-05 00:00 to 2026-01-05 03:04 UTC/);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg /);
  }, 60_000);

  test('the picture has words for those who do not see it, and colours for light and dark', () => {
    const svg = timelineSvg(run().outcome);
    expect(svg).toMatch(/role="img" aria-labelledby="title desc"/);
    expect(svg).toMatch(/<desc id="desc">\d+ jobs over .*a100: nvidia.com\/gpu, \d+ % held\. At most \d+ jobs wait/);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("Kubernetes' own Jobs", () => {
  const nodes = () => file('small.yaml', 'pools: [{name: a, count: 1, capacity: {cpu: 2, memory: 8Gi}}]');
  const job = (name: string, spec: string) =>
    `apiVersion: batch/v1\nkind: Job\nmetadata: {name: ${name}}\nspec: {${spec}, template: {spec: {restartPolicy: Never, containers: [{name: a, image: i, resources: {requests: {cpu: 1}}}]}}}\n`;

  test('wait for room and hold it for as long as they take', () => {
    const two = `${job('first', 'completionMode: Indexed, completions: 6, parallelism: 2')}---\n${job('second', 'parallelism: 1')}`;
    const { outcome } = simulateFiles({
      path: file('two.yaml', two),
      nodes: nodes(),
      durationMs: HOUR,
      seed: 1,
      untilMs: 24 * HOUR,
    });
    const { start } = outcome;
    expect(
      outcome.jobs.map(({ key, fate, started = 0, ended = 0 }) => [key, fate, started - start, ended - start]),
    ).toEqual([
      ['default/first', 'succeeded', 0, HOUR],
      ['default/second', 'succeeded', HOUR, 2 * HOUR],
    ]);
  });

  test('are refused as an API server would refuse them', () => {
    const path = file('bad.yaml', job('bad', 'parallelism: -1'));
    const bad = () => simulateFiles({ path, nodes: nodes(), durationMs: HOUR, seed: 1, untilMs: HOUR });
    expect(bad).toThrow(
      /bad\.yaml, document 1 \(Job bad\), spec\.parallelism: Invalid value: -1: must be greater than or equal to 0/,
    );
  });
});

describe('errors name the place and the mend', () => {
  const job = (spec: string, metadata = '{name: j}') =>
    file('job.yaml', `apiVersion: kubeflow.org/v1\nkind: JAXJob\nmetadata: ${metadata}\nspec: {${spec}}\n`);
  const worker = (spec: string) => `jaxReplicaSpecs: {Worker: {template: {spec: {${spec}}}}}`;
  const containers = 'containers: [{name: jax, image: a}]';
  const kueue = (kind: string, spec: string) =>
    file(
      'queues.yaml',
      `${readFileSync(example('jobs.yaml'), 'utf8')}---\napiVersion: kueue.x-k8s.io/v1beta2\nkind: ${kind}\nmetadata: {name: q}\nspec: ${spec}\n`,
    );

  test.each<[string, () => Partial<SimulateOptions>, RegExp]>([
    [
      'a field that pools do not have',
      () => ({ nodes: file('p.yaml', 'pools: [{name: a, count: 1, capacity: {}, price: 3}]') }),
      /p\.yaml, document 1, pools\[0\]: unknown field "price"/,
    ],
    [
      'an amount',
      () => ({ nodes: file('p.yaml', 'pools: [{name: a, count: 1, capacity: {cpu: many}}]') }),
      /p\.yaml, document 1, pools\[0\]\.capacity\.cpu: is no amount; write it like/,
    ],
    [
      'a pool without nodes',
      () => ({ nodes: file('p.yaml', 'pools: [{name: a, capacity: {}}]') }),
      /pools\[0\]: has no nodes: give it a count/,
    ],
    [
      'a second document',
      () => ({ nodes: file('p.yaml', 'pools: [{name: a, count: 1, capacity: {}}]\n---\npools: 3') }),
      /p\.yaml, document 2, pools: must be a list/,
    ],
    [
      'two pools of one name',
      () => ({
        nodes: file('p.yaml', 'pools: [{name: a, count: 1, capacity: {}}, {name: a, count: 1, capacity: {}}]'),
      }),
      /two pools are named a; give each/,
    ],
    ['a file that is not there', () => ({ nodes: join(work, 'none.yaml') }), /none\.yaml cannot be read: ENOENT/],
    [
      'an unknown template',
      () => ({ arrivals: file('a.yaml', 'jobs: [{template: x/y, arrival: {at: [0s]}}]') }),
      /a\.yaml, document 1, jobs\[0\], template: there is no job x\/y in the manifests; they hold team-a\/nightly, team-b\/trial/,
    ],
    [
      'two arrivals in one',
      () => ({
        arrivals: file('a.yaml', 'jobs: [{template: team-a/nightly, arrival: {at: [0s], cron: "* * * * *"}}]'),
      }),
      /jobs\[0\]\.arrival: give exactly one of/,
    ],
    [
      'a crontab line',
      () => ({ arrivals: file('a.yaml', 'jobs: [{template: team-a/nightly, arrival: {cron: "0 25 * * *"}}]') }),
      /arrival\.cron: the hour "25" is not within 0 to 23/,
    ],
    [
      'a line of CSV',
      () => ({ arrivals: file('a.csv', 'template,at\nteam-a/nightly,soon\n') }),
      /a\.csv, line 2, at: "soon" is no moment/,
    ],
    [
      'an annotation',
      () => ({ path: job(worker(containers), '{name: j, annotations: {armature.dev/expected-duration: long}}') }),
      /job\.yaml, document 1 \(JAXJob j\), metadata\.annotations\[armature\.dev\/expected-duration\]: "long" is no duration/,
    ],
    [
      'a job that an API server would refuse',
      () => ({ path: job('jaxReplicaSpecs: {Worker: {replicas: 0}}') }),
      /document 1 \(JAXJob j\), spec\.jaxReplicaSpecs/,
    ],
    [
      'pod affinity',
      () => ({
        path: job(
          worker(`${containers}, affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{}]}}`),
        ),
      }),
      /pods worker: spec\.affinity\.podAntiAffinity.*is not simulated; remove it/,
    ],
    [
      'another scheduler',
      () => ({ path: job(worker(`${containers}, schedulerName: volcano`)) }),
      /spec\.schedulerName volcano is not simulated/,
    ],
    [
      'cohorts',
      () => ({ path: kueue('ClusterQueue', '{cohortName: all, resourceGroups: []}') }),
      /\(ClusterQueue q\), spec\.cohortName: is not simulated; give each ClusterQueue a quota of its own/,
    ],
    [
      'borrowing',
      () => ({
        path: kueue(
          'ClusterQueue',
          '{resourceGroups: [{coveredResources: [cpu], flavors: [{name: f, resources: [{name: cpu, nominalQuota: 1, borrowingLimit: 2}]}]}]}',
        ),
      }),
      /borrowingLimit: is not simulated/,
    ],
    [
      'a flavor that is not there',
      () => ({
        path: kueue(
          'ClusterQueue',
          '{resourceGroups: [{coveredResources: [cpu], flavors: [{name: f, resources: [{name: cpu, nominalQuota: 1}]}]}]}',
        ),
      }),
      /there is no ResourceFlavor f; add it/,
    ],
    ['another kind of queue', () => ({ path: kueue('AdmissionCheck', '{}') }), /AdmissionCheck is not simulated/],
    ['a scheduler of gangs', () => ({ gangSchedulerName: 'volcano' }), /volcano is not simulated; use native/],
    [
      'no jobs',
      () => ({ path: file('c.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n') }),
      /c\.yaml holds no jobs to simulate; add at least one PyTorchJob, JAXJob/,
    ],
  ])('%s', (_, options, message) => {
    const chosen = options();
    expect(() => run({ ...(chosen.path && { arrivals: undefined }), ...chosen } as Partial<SimulateOptions>)).toThrow(
      message,
    );
  });
});
