import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CLUSTER_ROLE, MPI_JOB_V1, POD, ROLE_BINDING, SECRET, SERVICE_ACCOUNT } from '../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import { type Answer, Api, type Loose, pathOf } from '../support/api.ts';
import { settles } from '../support/eventually.ts';
import { mpiJob, mpiReplicas } from '../support/mpi-job.ts';
import { usePlatform } from '../support/platform.ts';
import { JobUnderTest } from '../support/pytorch-job.ts';

const platform = usePlatform();
const clients: Api[] = [];
afterAll(() => Promise.all(clients.map((client) => client.close())));

/** A client under the token that the API server gives a service account, for one of its pods if given. */
async function clientOf(namespace: string, account: string, pod?: Loose): Promise<Api> {
  const bound = pod && { kind: 'Pod', apiVersion: 'v1', name: pod.metadata.name, uid: pod.metadata.uid };
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600, ...(bound && { boundObjectRef: bound }) },
  };
  const answer = await platform.api.raw('POST', pathOf(SERVICE_ACCOUNT, namespace, account, 'token'), body);
  const { token } = (JSON.parse(answer.text) as { status: { token: string } }).status;
  const { server, ca } = platform.api.target;
  const client = new Api({ server, ca, token });
  clients.push(client);
  return client;
}

/** Asks to exec. The nodes are not real, so whoever is let in learns that the kubelet does not answer. */
const exec = (client: Api, namespace: string, pod: string): Promise<Answer> =>
  client.raw('POST', `${pathOf(POD, namespace, pod, 'exec')}?command=true&stdout=true`);
const REFUSED = 'may start processes in the workers of its own job only';
const refused = async (client: Api, namespace: string, pod: string) => {
  const { code, text } = await exec(client, namespace, pod);
  expect({ pod, code, refused: text.includes(REFUSED) }).toEqual({ pod, code: 403, refused: true });
};
const letIn = async (client: Api, namespace: string, pod: string) => {
  const { code, text } = await exec(client, namespace, pod);
  expect({ pod, forbidden: code === 403, text }).toEqual({ pod, forbidden: false, text });
};

async function jobNamed(namespace: string, name: string, launcher: object = {}): Promise<JobUnderTest> {
  const job = mpiJob('v1', namespace, 2);
  const spec = { ...(job.spec as object), mpiReplicaSpecs: mpiReplicas(2, {}, { Launcher: launcher }) };
  await platform.api.create(MPI_JOB_V1, { ...job, metadata: { name, namespace }, spec } as KubeObject);
  return new JobUnderTest(platform.api, namespace, name, MPI_JOB_V1);
}

describe('[training 26] what the launcher of an MPIJob by exec may do', () => {
  let namespace = '';
  let launcher: Api;

  beforeAll(async () => {
    namespace = await platform.namespace();
    const [job, other] = [await jobNamed(namespace, 'j'), await jobNamed(namespace, 'j-worker')];
    await other.running(3);
    await job.running(3);
    launcher = await clientOf(namespace, 'j-launcher', await job.pod('j-launcher'));
    await settles(() => refused(launcher, namespace, 'j-launcher'));
  }, 60_000);

  test('exec into the workers of its job', async () => {
    await letIn(launcher, namespace, 'j-worker-0');
    await letIn(launcher, namespace, 'j-worker-1');
  });

  test('not into the launcher, nor into pods of other jobs, whose names begin alike', async () => {
    for (const pod of ['j-launcher', 'j-worker-launcher', 'j-worker-worker-0']) await refused(launcher, namespace, pod);
    const { code } = await exec(launcher, await platform.namespace(), 'j-worker-0');
    expect(code).toBe(403);
  });

  test('not with a token that is no launcher’s', async () => {
    await refused(await clientOf(namespace, 'j-launcher'), namespace, 'j-worker-0');
  });

  test('read pods, and nothing besides', async () => {
    await launcher.get(POD, namespace, 'j-worker-0');
    for (const [method, path] of [
      ['DELETE', pathOf(POD, namespace, 'j-worker-0')],
      ['GET', pathOf(SECRET, namespace)],
      ['POST', `${pathOf(POD, namespace, 'j-worker-0', 'attach')}?stdout=true`],
    ] as const) {
      expect((await launcher.raw(method, path)).code).toBe(403);
    }
  });

  test('an account of the author’s own is confined alike, unless it may enter every pod by a right of its own', async () => {
    await platform.api.create(SERVICE_ACCOUNT, accountOf(namespace, 'mine'));
    const job = await jobNamed(namespace, 'own', { serviceAccountName: 'mine' });
    await job.running(3);
    const mine = await clientOf(namespace, 'mine', await job.pod('own-launcher'));
    await settles(() => refused(mine, namespace, 'j-worker-0'));
    await letIn(mine, namespace, 'own-worker-0');
    await refused(await clientOf(namespace, 'mine'), namespace, 'own-worker-0');

    await platform.api.create(ROLE_BINDING, binding(namespace, 'editor', 'edit', 'mine'));
    await settles(() => letIn(mine, namespace, 'j-worker-0'));
  }, 60_000);
});

describe('[training 26] what the controller may give away', () => {
  let namespace = '';
  /** As the controller, in an administrator's name, so that no refusal is counted as the controller's. */
  const asController = (method: string, path: string, body?: unknown): Promise<Answer> =>
    platform.api.raw(method, path, body, 'application/json', { 'impersonate-user': platform.identity.user });
  const attempt = (kind: Kind, object: KubeObject): Promise<Answer> =>
    asController('POST', pathOf(kind, namespace), object);

  beforeAll(async () => {
    namespace = await platform.namespace();
  });

  test.each([
    [
      'a binding of a stronger role',
      ROLE_BINDING,
      () => owned(binding(namespace, 'x', 'admin', 'a')),
      'attempting to grant',
    ],
    [
      'a binding of a weaker role',
      ROLE_BINDING,
      () => owned(binding(namespace, 'x', 'system:discovery', 'a')),
      'binds armature-mpi-launcher to one service account',
    ],
    [
      'its own role for another namespace’s account',
      ROLE_BINDING,
      () => owned(binding(namespace, 'x', 'armature-mpi-launcher', 'a', 'default')),
      'binds armature-mpi-launcher to one service account',
    ],
    [
      'a binding for no job',
      ROLE_BINDING,
      () => binding(namespace, 'x', 'armature-mpi-launcher', 'a'),
      'for jobs only',
    ],
    ['an account of any name', SERVICE_ACCOUNT, () => owned(accountOf(namespace, 'x')), 'for the launchers of jobs'],
    ['a token', SECRET, () => owned(tokenOf(namespace)), 'keys for ssh or Flux only'],
  ])('not %s', async (_what, kind, object, message) => {
    const { code, text } = await attempt(kind, object());
    expect({ code, text }).toEqual({ code: 403, text: expect.stringContaining(message) });
  });

  test('nor may it read keys or enter pods', async () => {
    for (const [method, path] of [
      ['GET', pathOf(SECRET, namespace)],
      ['GET', pathOf(SECRET, namespace, 'x')],
      ['POST', pathOf(POD, namespace, 'x', 'exec')],
      ['GET', pathOf(CLUSTER_ROLE)],
    ] as const) {
      expect((await asController(method, path)).code).toBe(403);
    }
  });

  test('the role for a launcher, an account, and keys', async () => {
    const ssh = { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': 'eA==' } };
    for (const [kind, object] of [
      [ROLE_BINDING, binding(namespace, 'x', 'armature-mpi-launcher', 'x-launcher')],
      [SERVICE_ACCOUNT, accountOf(namespace, 'x-launcher')],
      [SECRET, { ...secret(namespace, 'x-ssh'), ...ssh }],
    ] as const) {
      expect(await attempt(kind, owned(object))).toMatchObject({ code: 201 });
    }
  });
});

const accountOf = (namespace: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace },
});

const secret = (namespace: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
});

const tokenOf = (namespace: string): KubeObject => {
  const object = secret(namespace, 'token');
  const annotations = { 'kubernetes.io/service-account.name': 'default' };
  const type = 'kubernetes.io/service-account-token';
  return { ...object, metadata: { ...object.metadata, annotations }, type } as KubeObject;
};

function binding(namespace: string, name: string, role: string, account: string, of = namespace): KubeObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: of }],
  } as KubeObject;
}

/** As the controller marks what it makes; the garbage collector finds no such job and takes it away. */
function owned(object: KubeObject): KubeObject {
  const owner = {
    apiVersion: 'kubeflow.org/v2beta1',
    kind: 'MPIJob',
    name: 'j',
    uid: 'b6f6f9b0-0000',
    controller: true,
  };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
}
