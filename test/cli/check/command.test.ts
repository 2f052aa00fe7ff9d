import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.ts');
const JOB = `apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: train}
spec: {pytorchReplicaSpecs: {Master: {template: {spec: {containers: [{name: pytorch, image: "train:1", resources: {limits: {nvidia.com/gpu: 8}}}]}}}}}
`;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'));
  writeFileSync(join(folder, 'job.yaml'), JOB);
  writeFileSync(join(folder, 'pools.yml.txt'), 'pools: [{name: small, count: 1, capacity: {nvidia.com/gpu: 4}}]');
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--no-warnings', MAIN, 'check', ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return { stdout, stderr, status };
}

test('warnings pass, unless they are asked to count', () => {
  const { stdout, status } = run('.');
  expect(stdout).toMatch(/^job\.yaml, document 1 \(PyTorchJob train\)\n {2}warning {2}pod-security /);
  expect(stdout).toMatch(/\n1 object: 0 errors, 4 warnings\n$/);
  expect(status).toBe(0);
  expect(run('.', '--strict').status).toBe(1);
});

test('errors do not pass; pools tell what does not fit', () => {
  const { stdout, status } = run('job.yaml', '--nodes', 'pools.yml.txt', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ errors: 1 });
  expect(stdout).toContain('small: a node has too little nvidia.com/gpu');
  expect(status).toBe(1);
});

test('says which path holds nothing', () => {
  writeFileSync(join(folder, 'empty.txt'), '');
  expect(run('empty.txt')).toEqual({
    stdout: '',
    stderr: 'armature: empty.txt holds no Kubernetes objects: name a file or folder that does\n',
    status: 1,
  });
});
