import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { SHIPPED_RUNTIMES } from '../../src/api/shipped-runtimes.ts';

const UPSTREAM = 'github.com/kubeflow/trainer/v2@v2.3.0';
/** Needs a further operator. */
const LEFT_OUT = ['torch-distributed-with-cache'];

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

let upstream: Manifest[] = [];

beforeAll(() => {
  const answer = execFileSync('go', ['mod', 'download', '-json', UPSTREAM], {
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  const folder = join((JSON.parse(answer) as { Dir: string }).Dir, 'manifests/base/runtimes');
  upstream = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('kustomization.yaml'))
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Manifest)
    .filter(({ kind, metadata }) => kind === 'ClusterTrainingRuntime' && !LEFT_OUT.includes(metadata.name));
}, 300_000);

test('every runtime of Kubeflow Trainer comes along, as it is there', () => {
  const byName = (runtimes: readonly { readonly metadata: { readonly name?: string } }[]) =>
    Object.fromEntries(runtimes.map((runtime) => [runtime.metadata.name, runtime]));
  expect(byName(SHIPPED_RUNTIMES)).toEqual(byName(upstream));
});
