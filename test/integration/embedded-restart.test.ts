import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CONFIG_MAP, POD, PYTORCH_JOB } from '../../src/api/kinds.ts';
import { connect } from '../../src/cli/connect.ts';
import { temporaryFolder, up } from '../support/embedded-platform.ts';
import { eventually } from '../support/eventually.ts';

const folder = temporaryFolder();
const data = join(folder, 'data');

const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { name },
});

test('what was answered is still there after the process was killed, under the same revision', async () => {
  const first = await up(['--data', data]);
  expect(statSync(first.kubeconfig).mode & 0o777).toBe(0o600);
  const before = await connect({ kubeconfig: first.kubeconfig });
  const pod = { spec: { containers: [{ name: 'pytorch', image: 'any', command: ['sleep', '600'] }] } };
  await before.create(PYTORCH_JOB, {
    apiVersion: 'kubeflow.org/v1',
    kind: 'PyTorchJob',
    metadata: { name: 'kept', namespace: 'default' },
    spec: { runPolicy: { suspend: true }, pytorchReplicaSpecs: { Master: { template: pod } } },
  });
  await eventually('the controller', async () => {
    const { status } = await before.get(PYTORCH_JOB, { namespace: 'default', name: 'kept' });
    return JSON.stringify(status ?? {}).includes('Suspended');
  });
  let last = '';
  for (let index = 0; index < 50; index++) {
    const made = await before.create(CONFIG_MAP, configMap(`map-${index}`));
    last = made.metadata.resourceVersion ?? '';
  }
  await before.delete(CONFIG_MAP, { namespace: 'default', name: 'map-0' });
  expect(await first.end('SIGKILL')).toBe('SIGKILL');
  await before.close();

  const second = await up(['--data', data]);
  expect(second.server).toBe(first.server);
  const after = await connect({ kubeconfig: second.kubeconfig });
  const { items, resourceVersion } = await after.list(CONFIG_MAP, { namespace: 'default' });
  const names = items.map(({ metadata }) => metadata.name).filter((name) => name?.startsWith('map-'));
  expect(names).toHaveLength(49);
  expect(names).not.toContain('map-0');
  expect(items.find(({ metadata }) => metadata.name === 'map-49')?.metadata.resourceVersion).toBe(last);
  expect(Number(resourceVersion)).toBeGreaterThan(Number(last));
  const job = await after.get(PYTORCH_JOB, { namespace: 'default', name: 'kept' });
  expect(JSON.stringify(job.status)).toContain('Suspended');
  await after.close();
  expect(await second.end('SIGTERM')).toBe(0);
}, 120_000);

test('two processes do not share a data folder', async () => {
  const first = await up(['--data', data]);
  await expect(up(['--data', data])).rejects.toThrow(/is in use by another process: end it, or use another folder/);
  expect(await first.end('SIGINT')).toBe(0);
}, 120_000);

test('without a data folder nothing is left behind', async () => {
  const only = await up([]);
  expect(existsSync(only.kubeconfig)).toBe(true);
  expect(await only.end('SIGTERM')).toBe(0);
  expect(existsSync(only.kubeconfig)).toBe(false);
}, 120_000);

test('a job goes on when the process that ran it was killed', async () => {
  const first = await up(['--data', data]);
  const before = await connect({ kubeconfig: first.kubeconfig });
  const container = { name: 'pytorch', image: 'any', command: ['sleep', '2'] };
  await before.create(PYTORCH_JOB, {
    apiVersion: 'kubeflow.org/v1',
    kind: 'PyTorchJob',
    metadata: { name: 'goes-on', namespace: 'default' },
    spec: {
      pytorchReplicaSpecs: { Master: { restartPolicy: 'OnFailure', template: { spec: { containers: [container] } } } },
    },
  });
  const ref = { namespace: 'default', name: 'goes-on' };
  const shows = async (client: typeof before, type: string) =>
    JSON.stringify((await client.get(PYTORCH_JOB, ref)).status ?? {}).includes(`"${type}"`);
  await eventually('a running job', () => shows(before, 'Running'));
  expect(await first.end('SIGKILL')).toBe('SIGKILL');
  await before.close();

  const second = await up(['--data', data]);
  const after = await connect({ kubeconfig: second.kubeconfig });
  await eventually('the end of the job', () => shows(after, 'Succeeded'));
  const pod = await after.get(POD, { namespace: 'default', name: 'goes-on-master-0' });
  expect(JSON.stringify(pod.status)).toContain('"restartCount":1');
  await after.close();
  expect(await second.end('SIGTERM')).toBe(0);
}, 120_000);
