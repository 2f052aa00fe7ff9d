import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { OPTIONAL_RUNTIMES } from '../../src/api/optional-runtimes.ts';
import { SHIPPED_RUNTIMES } from '../../src/api/shipped-runtimes.ts';

const UPSTREAM = 'github.com/kubeflow/trainer/v2@v2.3.0';
/** Lets an installer apply a runtime before there is a webhook; ours takes them as they are. */
const INSTALLER_LABEL = 'trainer.kubeflow.org/webhook-validation';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
}

let upstream: Record<string, Manifest> = {};

beforeAll(() => {
  const answer = execFileSync('go', ['mod', 'download', '-json', UPSTREAM], {
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  const folder = (JSON.parse(answer) as { Dir: string }).Dir;
  const runtimes = readdirSync(join(folder, 'manifests/base/runtimes'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('kustomization.yaml'))
    .map((file) => join('manifests/base/runtimes', file));
  const found = [...runtimes, 'examples/flux/flux-runtime.yaml']
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Manifest)
    .filter(({ kind }) => kind === 'ClusterTrainingRuntime');
  for (const { metadata } of found) delete metadata.labels[INSTALLER_LABEL];
  upstream = Object.fromEntries(found.map((runtime) => [runtime.metadata.name, runtime]));
}, 300_000);

const byName = (runtimes: readonly { readonly metadata: { readonly name?: string } }[]) =>
  Object.fromEntries(runtimes.map((runtime) => [runtime.metadata.name, runtime]));

test('every runtime of Kubeflow Trainer comes along, as it is there', () => {
  expect(byName([...SHIPPED_RUNTIMES, ...OPTIONAL_RUNTIMES])).toEqual(upstream);
});

test('those that need more than TrainJobs are installed when they are asked for', () => {
  expect(Object.keys(byName(OPTIONAL_RUNTIMES))).toEqual(['torch-distributed-with-cache', 'flux-distributed']);
});
