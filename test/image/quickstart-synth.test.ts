import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { synthesizeStacks } from '../../scripts/quickstart/synth.ts';

const outdir = mkdtempSync(join(tmpdir(), 'armature-synth-'));
afterAll(() => rmSync(outdir, { recursive: true }));

test.each([
  ['pytorch', 'PyTorchJob'],
  ['jax', 'JAXJob'],
] as const)('the example on %s is synthesized as a %s, apart from what it needs', (framework, kind) => {
  const { job, example } = synthesizeStacks({ framework, workers: 2 }, outdir);
  expect(job).toMatchObject({ kind, metadata: { name: 'digits', namespace: 'quickstart' } });
  expect(example.map((object) => object.kind)).toEqual(['Namespace', 'ConfigMap']);
});
