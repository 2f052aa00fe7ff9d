import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PYTORCH_JOB } from '../../src/api/kinds.ts';
import { usePlatform } from '../support/platform.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { UserCommand } from '../support/user-command.ts';

const platform = usePlatform();
const folder = temporaryFolder('train-cli');

async function train(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const words = args.map((arg) => `'${arg}'`).join(' ');
  const command = new UserCommand(`node --no-warnings src/cli/main.ts train ${words}`, {
    KUBECONFIG: platform.cluster.kubeconfig,
  });
  const code = await command.ended;
  return { code, stdout: command.stdout, stderr: command.stderr };
}

const template = {
  spec: { tolerations: [{ operator: 'Exists' }], containers: [{ name: 'pytorch', image: 'example.org/train:1' }] },
};

test('armature train says and does on a real API server what it does on armature up', async () => {
  const namespace = await platform.namespace();
  const file = join(folder, 'job.yaml');
  const spec = { pytorchReplicaSpecs: { Master: { template }, Worker: { replicas: 2, template } } };
  const manifest = { apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', metadata: { name: 'digits' }, spec };
  writeFileSync(file, JSON.stringify(manifest));
  const here = ['-n', namespace];

  expect(await train('submit', file, '-n', 'nowhere')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is no namespace nowhere'),
  });
  expect(await train('submit', file, ...here)).toMatchObject({ code: 0 });
  expect(await train('wait', 'digits', '--for', 'running', '--timeout', '1m', ...here)).toMatchObject({ code: 0 });
  expect((await train('list', ...here)).stdout).toMatch(/digits +PyTorchJob +Running/);
  const top = await train('top', 'pytorchjob/digits', ...here);
  expect(top.stdout).toMatch(/2 +worker-1 +Running +- +- /);
  expect(top.stderr).toContain('metrics-server');
  expect((await train('events', 'digits', ...here)).stdout).toContain('SuccessfulCreatePod');

  expect(await train('scale', 'digits', '3', ...here)).toMatchObject({ code: 0 });
  const scaled = await platform.api.get(PYTORCH_JOB, namespace, 'digits');
  expect(scaled?.spec.pytorchReplicaSpecs.Worker.replicas).toBe(3);
  expect(await train('stop', 'digits', ...here)).toMatchObject({ code: 0 });
  expect(await train('wait', 'digits', '--for', 'suspended', '--timeout', '1m', ...here)).toMatchObject({ code: 0 });
  expect(await train('resume', 'digits', ...here)).toMatchObject({ code: 0 });
  expect(await train('wait', 'digits', '--for', 'running', '--timeout', '1m', ...here)).toMatchObject({ code: 0 });
  expect(await train('get', 'digit', ...here)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('did you mean digits?'),
  });
  expect((await train('get', 'digits', ...here)).stdout).toContain('Worker 3 (');
  expect(await train('delete', 'digits', ...here)).toMatchObject({ code: 0 });
  expect(await platform.api.get(PYTORCH_JOB, namespace, 'digits')).toBeUndefined();
}, 360_000);
