import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { App } from 'cdk8s';
import { canRun } from '../../src/cluster/command.ts';
import { type ClusterInfo, clusterDown, clusterUp } from '../../src/cluster/index.ts';
import { synthAll } from '../../src/constructs/index.ts';
import { platformStack } from '../../src/stacks/platform.ts';
import { testUnless } from '../support/test-unless.ts';

const NAME = 'kubectl-test';
const MINUTES = 60_000;
const run = promisify(execFile);
const withKubectl = testUnless(
  (await canRun('kubectl', 'version', '--client')) ? undefined : 'kubectl is not installed',
);

/** The commands that docs/operations.md tells to install with. */
const commands = readFileSync('docs/operations.md', 'utf8')
  .split('\n')
  .filter((line) => /^kubectl (apply|wait) /.test(line))
  .map((line) => line.replace(/\s+#.*$/, ''));

let info: ClusterInfo;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubectl-'));
  const app = new App({ outdir: join(folder, 'dist') });
  platformStack(app);
  synthAll(app);
  await clusterDown(NAME);
  info = await clusterUp({ name: NAME, nodes: 'fake:1' });
}, 20 * MINUTES);

afterAll(async () => {
  await clusterDown(NAME);
  await rm(folder, { recursive: true });
}, MINUTES);

withKubectl(
  'the documented kubectl commands install everything on an empty cluster, and again',
  async () => {
    const env = { ...process.env, KUBECONFIG: info.kubeconfig };
    const kubectl = async (line: string) => (await run('sh', ['-c', line], { cwd: folder, env })).stdout;
    expect(commands).toHaveLength(3);
    for (const line of [...commands, ...commands]) await kubectl(line);
    expect(await kubectl('kubectl -n quickstart get pytorchjobs -o name')).toContain('pytorchjob.kubeflow.org/digits');
    expect(await kubectl('kubectl -n armature-system get deployments -o name')).toContain('armature-controller');
  },
  MINUTES,
);
