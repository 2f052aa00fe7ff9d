import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { allCrds } from '../../src/api/index.ts';
import {
  CONFIG_MAP,
  CUSTOM_RESOURCE_DEFINITION,
  MPI_JOB,
  MPI_JOB_V1,
  POD,
  ROLE_BINDING,
  SECRET,
} from '../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../src/embedded/cluster.ts';
import type { KubeClient } from '../../src/runtime/client.ts';
import { systemEnvironment } from '../../src/runtime/environment.ts';
import { type Manager, runManager } from '../../src/runtime/manager.ts';
import { trainingDomains } from '../../src/training/controller.ts';

let cluster: EmbeddedCluster;
let client: KubeClient;
let manager: Manager;

beforeAll(async () => {
  cluster = startEmbeddedCluster({ environment: systemEnvironment });
  client = cluster.client();
  for (const crd of allCrds()) await client.create(CUSTOM_RESOURCE_DEFINITION, crd);
  const domains = trainingDomains().filter(({ kind }) => kind === MPI_JOB);
  manager = runManager({ client: cluster.client(), environment: systemEnvironment, domains });
  await manager.ready;
});

afterAll(async () => {
  await manager.stop();
  cluster.stop();
});

const template = { spec: { containers: [{ name: 'mpi', image: 'pi:1' }] } };
const job = (name: string, version: string): KubeObject => ({
  apiVersion: `kubeflow.org/${version}`,
  kind: 'MPIJob',
  metadata: { name, namespace: 'default' },
  spec: { mpiReplicaSpecs: { Launcher: { template }, Worker: { replicas: 1, template } } },
});
async function eventually(kind: Kind, name: string): Promise<KubeObject> {
  for (let tries = 0; tries < 100; tries++) {
    const { items } = await client.list(kind, { namespace: 'default' });
    const found = items.find(({ metadata }) => metadata.name === name);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ${kind.kind} ${name}`);
}

test('[training 26] one controller runs both versions, and each job can be read in the other', async () => {
  await client.create(MPI_JOB_V1, job('by-exec', 'v1'));
  await client.create(MPI_JOB, job('over-ssh', 'v2beta1'));
  await eventually(POD, 'by-exec-worker-0');
  await eventually(ROLE_BINDING, 'by-exec-launcher');
  await eventually(POD, 'over-ssh-worker-0');
  const { metadata } = await eventually(CONFIG_MAP, 'over-ssh-config');
  const keys = (await eventually(SECRET, metadata.annotations?.['armature.dev/ssh-keys'] ?? '')) as KubeObject & {
    data: Record<string, string>;
  };
  expect(Buffer.from(keys.data['ssh-privatekey'] ?? '', 'base64').toString()).toContain('BEGIN EC PRIVATE KEY');

  const at = (name: string) => ({ namespace: 'default', name });
  const read = async (kind: Kind, name: string) =>
    (await client.get(kind, at(name))) as { spec: object; apiVersion: string };
  for (const name of ['by-exec', 'over-ssh']) {
    const [older, newer] = [await read(MPI_JOB_V1, name), await read(MPI_JOB, name)];
    expect([older.apiVersion, newer.apiVersion]).toEqual(['kubeflow.org/v1', 'kubeflow.org/v2beta1']);
    expect(older.spec).toEqual(newer.spec);
  }

  // A queue that knows the newer version only lets a job of the older one go.
  await client.patch(MPI_JOB, at('by-exec'), 'merge', { spec: { runPolicy: { suspend: true } } });
  expect(await read(MPI_JOB_V1, 'by-exec')).toMatchObject({
    spec: { transport: 'exec', runPolicy: { suspend: true } },
  });
  const change = client.patch(MPI_JOB, at('by-exec'), 'merge', { spec: { transport: 'ssh' } });
  await expect(change).rejects.toThrow('spec.transport is immutable');
});
