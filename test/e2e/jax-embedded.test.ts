import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { synthesizeStacks } from '../../scripts/quickstart/synth.ts';
import { followTraining, submit } from '../../scripts/quickstart/train.ts';
import { JAX_JOB } from '../../src/api/kinds.ts';
import { connect } from '../../src/cli/connect.ts';
import { type EmbeddedPlatform, startEmbeddedPlatform } from '../../src/cli/embedded-platform.ts';
import { installObjects } from '../../src/cli/install-objects.ts';
import { ensureTrainingEnvironment, TRAINING_IMAGE } from '../../src/cli/python/training-environment.ts';
import type { HttpClient } from '../../src/runtime/http-client.ts';
import { stderrLog } from '../../src/runtime/progress.ts';

const outdir = mkdtempSync(join(tmpdir(), 'armature-synth-'));
let platform: EmbeddedPlatform;
let client: HttpClient;

beforeAll(async () => {
  const { folder } = await ensureTrainingEnvironment(stderrLog);
  platform = await startEmbeddedPlatform({ images: { images: [{ match: TRAINING_IMAGE, venv: folder }] } });
  client = await connect({ kubeconfig: platform.kubeconfig });
}, 600_000);

afterAll(async () => {
  await client?.close();
  await platform?.stop();
  rmSync(outdir, { recursive: true });
}, 60_000);

test('the example, written in TypeScript, trains on the embedded platform in two processes', async () => {
  const { example, job } = synthesizeStacks({ framework: 'jax' }, outdir);
  const ref = { kind: JAX_JOB, namespace: 'quickstart', name: 'digits' };
  const lines: string[] = [];
  await installObjects(client, example, { log: () => {} });
  await submit(client, ref, job);
  expect(await followTraining(client, ref, (line) => lines.push(line.trim()))).toBeGreaterThan(0.9);
  expect(lines).toContainEqual(expect.stringMatching(/^rank=0 world=2 samples=/));
}, 300_000);
