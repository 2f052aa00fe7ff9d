import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONFIG_MAP, POD } from '../../../src/api/kinds.ts';
import type { KubeObject } from '../../../src/api/kube.ts';
import { type EmbeddedCluster, startEmbeddedCluster } from '../../../src/embedded/cluster.ts';
import { type HttpFront, serveFront } from '../../../src/embedded/http/front.ts';
import { Identities } from '../../../src/embedded/http/identities.ts';
import { systemEnvironment } from '../../../src/runtime/environment.ts';
import { newAuthority, newCertificate } from '../../../src/runtime/x509.ts';

const validity = { now: Date.now(), forMs: 3_600_000 };
const authority = newAuthority('test', validity);
const certificate = newCertificate(
  authority,
  { commonName: 'test', hosts: ['127.0.0.1'], usages: ['server'] },
  validity,
);
const identities = new Identities();
identities.add('owner', { username: 'owner', groups: [] });

interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what was answered
  readonly body: any;
}

interface Ask {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

let cluster: EmbeddedCluster;
let front: HttpFront;
let commits = 0;

beforeAll(async () => {
  cluster = startEmbeddedCluster({ environment: systemEnvironment });
  front = await serveFront({ server: cluster.server, identities, certificate, commit: () => commits++ });
  for (let index = 0; index < 5; index++) create(`map-${index}`, { even: String(index % 2 === 0) });
});
afterAll(async () => {
  await front.close();
  cluster.stop();
});

function create(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data: { name } };
  return cluster.server.create(CONFIG_MAP, 'default', object as KubeObject);
}

function ask(path: string, { method = 'GET', body, headers = {} }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${front.url}${path}`,
      { method, ca: authority.cert, headers: { authorization: 'Bearer owner', ...headers } },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => {
          const json = /^[{[]/.test(text) && !text.trim().includes('\n');
          resolve({
            code: response.statusCode ?? 0,
            headers: response.headers,
            text,
            body: json ? JSON.parse(text) : undefined,
          });
        });
      },
    );
    sent.once('error', reject);
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    if (text !== undefined && !('content-type' in headers)) sent.setHeader('content-type', 'application/json');
    if (text !== undefined) sent.setHeader('content-length', Buffer.byteLength(text));
    sent.end(text);
  });
}

const MAPS = '/api/v1/namespaces/default/configmaps';
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
const namesOf = (answer: Answer): string[] =>
  answer.body.items.map(({ metadata }: KubeObject) => metadata.name).filter((name: string) => name.startsWith('map-'));

test('only this machine is listened to', async () => {
  const options = { server: cluster.server, identities, certificate };
  await expect(serveFront({ ...options, host: '0.0.0.0' })).rejects.toThrow(/listens on this machine only/);
  await expect(serveFront({ ...options, port: front.port })).rejects.toThrow(/is taken/);
});

test('who brings no token, or a wrong one, is refused', async () => {
  for (const authorization of ['', 'Bearer wrong', 'Basic b3duZXI6']) {
    const { code, body } = await ask('/api/v1/pods', { headers: { authorization } });
    expect([code, body.reason]).toEqual([401, 'Unauthorized']);
  }
  expect((await ask('/readyz', { headers: { authorization: '' } })).text).toBe('ok');
});

describe('lists', () => {
  test('come in pages of one moment', async () => {
    const first = await ask(`${MAPS}?limit=2&labelSelector=even`);
    expect(first.body).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect(first.body.items[0].kind).toBeUndefined();
    create('map-25', { even: 'no' });
    const second = await ask(`${MAPS}?limit=10&labelSelector=even&continue=${first.body.metadata.continue}`);
    expect([...namesOf(first), ...namesOf(second)]).toEqual(['map-0', 'map-1', 'map-2', 'map-3', 'map-4']);
    expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
  });

  test('are tables, or metadata alone, for those who ask', async () => {
    const table = await ask(`${MAPS}?fieldSelector=metadata.name=map-1`, { headers: TABLE });
    expect(table.body).toMatchObject({
      kind: 'Table',
      columnDefinitions: [{ name: 'Name', format: 'name' }, { name: 'Data' }, { name: 'Age' }],
      rows: [{ cells: ['map-1', 1, expect.any(String)], object: { kind: 'PartialObjectMetadata' } }],
    });
    const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
    const { body } = await ask(MAPS, { headers: { accept } });
    expect(body.kind).toBe('PartialObjectMetadataList');
    expect(body.items[0].data).toBeUndefined();
  });
});

describe('watches', () => {
  const events = (answer: Answer): { type: string; object: KubeObject }[] =>
    answer.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  test('begin with the current state and a bookmark that ends it', async () => {
    const query =
      'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
    const seen = events(await ask(`${MAPS}?${query}&labelSelector=even%3Dfalse`));
    expect(seen.slice(0, 3).map(({ type, object }) => [type, object.metadata.name])).toEqual([
      ['ADDED', 'map-1'],
      ['ADDED', 'map-3'],
      ['BOOKMARK', undefined],
    ]);
    expect(seen[2]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  test('tell what changed after a version', async () => {
    const from = cluster.server.store.revision;
    create('map-9');
    cluster.server.delete(CONFIG_MAP, { namespace: 'default', name: 'map-9' });
    const seen = events(await ask(`${MAPS}?watch=1&resourceVersion=${from}&timeoutSeconds=1`));
    expect(seen.map(({ type, object }) => [type, object.metadata.name])).toEqual([
      ['ADDED', 'map-9'],
      ['DELETED', 'map-9'],
    ]);
  });

  test('of a forgotten version end with an error', async () => {
    const from = cluster.server.store.revision;
    create('map-8');
    cluster.server.store.compact();
    const seen = events(await ask(`${MAPS}?watch=true&resourceVersion=${from}`));
    expect(seen).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }]);
    cluster.server.delete(CONFIG_MAP, { namespace: 'default', name: 'map-8' });
  });

  test('show columns once where tables are wanted', async () => {
    const { text } = await ask(`${MAPS}?watch=true&timeoutSeconds=1`, { headers: TABLE });
    const tables = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).object);
    expect(tables[0].columnDefinitions).toHaveLength(3);
    expect(tables[1].columnDefinitions).toEqual([]);
  });
});

describe('writes', () => {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made' }, data: { a: '1' } };

  test('of every sort, each durable before it is answered', async () => {
    const before = commits;
    const made = await ask(`${MAPS}?fieldManager=me`, { method: 'POST', body });
    expect([made.code, made.body.metadata.managedFields[0].manager]).toEqual([201, 'me']);
    expect((await ask(MAPS, { method: 'POST', body })).body).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      details: { name: 'made', kind: 'configmaps' },
    });
    const patch = (type: string, value: unknown, query = '') =>
      ask(`${MAPS}/made${query}`, { method: 'PATCH', body: value as object, headers: { 'content-type': type } });
    const merged = await patch('application/merge-patch+json', { data: { b: '2' } });
    expect(merged.body.data).toEqual({ a: '1', b: '2' });
    const json = await patch('application/json-patch+json', [{ op: 'remove', path: '/data/a' }]);
    expect(json.body.data).toEqual({ b: '2' });
    const strategic = await patch('application/strategic-merge-patch+json', { data: { c: '3' } });
    expect(strategic.body.data).toEqual({ b: '2', c: '3' });
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: made\ndata:\n  d: "4"\n';
    const applied = await patch('application/apply-patch+yaml', yaml, '?fieldManager=apply');
    expect([applied.code, applied.body.data]).toEqual([200, { b: '2', c: '3', d: '4' }]);
    const replaced = await ask(`${MAPS}/made`, { method: 'PUT', body });
    expect(replaced.body.data).toEqual({ a: '1' });
    const tried = await ask(`${MAPS}/made?dryRun=All`, { method: 'DELETE' });
    expect(tried.code).toBe(200);
    const gone = await ask(`${MAPS}/made`, { method: 'DELETE', body: { preconditions: { uid: 'other' } } });
    expect(gone.code).toBe(409);
    expect((await ask(`${MAPS}/made`, { method: 'DELETE' })).body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'made', kind: 'configmaps' },
    });
    expect(commits - before).toBeGreaterThanOrEqual(8);
  });

  test('warn of unknown fields, or refuse them', async () => {
    const odd = { ...body, metadata: { name: 'odd' }, dta: {} };
    const warned = await ask(`${MAPS}?dryRun=All`, { method: 'POST', body: odd });
    expect(warned.headers.warning).toBe('299 - "unknown field \\"dta\\""');
    const strict = await ask(`${MAPS}?fieldValidation=Strict`, { method: 'POST', body: odd });
    expect(strict.body).toMatchObject({ code: 400, message: expect.stringContaining('unknown field "dta"') });
  });

  test('delete a whole selection', async () => {
    create('doomed-1', { doomed: 'yes' });
    create('doomed-2', { doomed: 'yes' });
    const { body: list } = await ask(`${MAPS}?labelSelector=doomed`, { method: 'DELETE' });
    expect(list.items).toHaveLength(2);
    expect((await ask(`${MAPS}?labelSelector=doomed`)).body.items).toEqual([]);
  });
});

test.each([
  ['GET', '/apis/batch/v1/cronjobs', 501, 'NotImplemented', {}],
  ['GET', '/apis/apps/v1/namespaces/default/deployments', 501, 'NotImplemented', {}],
  ['GET', '/apis/example.org/v1/widgets', 404, 'NotFound', {}],
  ['GET', '/api/v1/configmaps/x', 404, 'NotFound', {}],
  ['GET', '/elsewhere', 404, 'NotFound', {}],
  ['GET', `${MAPS}?limit=many`, 400, 'BadRequest', {}],
  ['GET', MAPS, 406, 'NotAcceptable', { accept: 'application/vnd.kubernetes.protobuf' }],
  ['POST', MAPS, 415, 'UnsupportedMediaType', { 'content-type': 'application/cbor' }],
  ['PATCH', `${MAPS}/map-0`, 415, 'UnsupportedMediaType', { 'content-type': 'application/json' }],
  ['PUT', MAPS, 405, 'MethodNotAllowed', {}],
])('%s %s is answered %i', async (method, path, code, reason, headers) => {
  const { body } = await ask(path, { method, headers, ...(method !== 'GET' && { body: '{}' }) });
  expect(body).toMatchObject({ kind: 'Status', status: 'Failure', code, reason });
});

test('reviews are answered for whom they are about', async () => {
  const { body } = await ask('/apis/authentication.k8s.io/v1/tokenreviews', {
    method: 'POST',
    body: { spec: { token: 'owner' } },
  });
  expect(body.status).toMatchObject({ authenticated: true, user: { username: 'owner' } });
  const account = '/api/v1/namespaces/default/serviceaccounts';
  await ask(account, { method: 'POST', body: { metadata: { name: 'robot' } } });
  const issued = await ask(`${account}/robot/token`, { method: 'POST', body: {} });
  const whoami = await ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    method: 'POST',
    body: {},
    headers: { authorization: `Bearer ${issued.body.status.token}` },
  });
  expect(whoami.body.status.userInfo.username).toBe('system:serviceaccount:default:robot');
});

test('a token for others opens nothing here, and is known to those it is for', async () => {
  const account = '/api/v1/namespaces/default/serviceaccounts';
  await ask(account, { method: 'POST', body: { metadata: { name: 'reporter' } } });
  const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'p', uid: 'u1' };
  const issued = await ask(`${account}/reporter/token`, {
    method: 'POST',
    body: { spec: { audiences: ['theirs'], boundObjectRef } },
  });
  const { token } = issued.body.status;
  expect((await ask('/api/v1/pods', { headers: { authorization: `Bearer ${token}` } })).code).toBe(401);
  const review = async (audiences?: readonly string[]) =>
    (
      await ask('/apis/authentication.k8s.io/v1/tokenreviews', {
        method: 'POST',
        body: { spec: { token, ...(audiences && { audiences }) } },
      })
    ).body.status;
  expect(await review(['theirs'])).toMatchObject({
    authenticated: true,
    audiences: ['theirs'],
    user: {
      username: 'system:serviceaccount:default:reporter',
      extra: { 'authentication.kubernetes.io/pod-name': ['p'], 'authentication.kubernetes.io/pod-uid': ['u1'] },
    },
  });
  for (const audiences of [undefined, ['others']]) expect((await review(audiences)).authenticated).not.toBe(true);
});

test('what belongs to no namespace loses the one that it is given, as on a real server', async () => {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team', namespace: 'team' } };
  const apply = () =>
    ask('/api/v1/namespaces/team?fieldManager=t', {
      method: 'PATCH',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
  for (const code of [201, 200]) {
    const answer = await apply();
    expect([answer.code, answer.body.metadata.namespace]).toEqual([code, undefined]);
  }
});

describe('what pods use', () => {
  test('is not served where nothing measures it', async () => {
    expect((await ask('/apis/metrics.k8s.io/v1beta1/namespaces/default/pods')).code).toBe(501);
    expect((await ask('/apis/metrics.k8s.io')).code).toBe(404);
  });

  test('is measured when it is asked for, of pods that run', async () => {
    const uses = [1, 1.25];
    const usage = () => new Map([['main', { cpuSeconds: uses.shift() ?? 2, memoryBytes: 3 * 2 ** 20 }]]);
    const pods = { readLogs: () => (async function* () {})(), usage };
    const measuring = await serveFront({ server: cluster.server, identities, certificate, pods });
    const pod = (name: string, phase: string) =>
      cluster.server.create(POD, 'default', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels: { measured: 'yes' } },
        spec: { containers: [{ name: 'main', image: 'x' }] },
        status: { phase },
      } as KubeObject);
    const running = pod('busy', 'Running');
    cluster.server.replace(
      POD,
      { namespace: 'default', name: 'busy' },
      { ...running, status: { phase: 'Running' } },
      {
        subresource: 'status',
      },
    );
    pod('waiting', 'Pending');
    const [path, previous] = [
      '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=measured%3Dyes',
      front,
    ];
    try {
      front = measuring;
      const { body } = await ask(path);
      expect(body).toMatchObject({ kind: 'PodMetricsList', items: [{ metadata: { name: 'busy' } }] });
      expect(body.items).toHaveLength(1);
      const [{ name, usage: used }] = body.items[0].containers;
      expect([name, used.memory]).toEqual(['main', '3072Ki']);
      // A quarter of a second within half a second.
      expect(Number.parseInt(used.cpu, 10)).toBeGreaterThan(0.3e9);
      expect(Number.parseInt(used.cpu, 10)).toBeLessThanOrEqual(0.5e9);
      const resources = (await ask('/apis/metrics.k8s.io/v1beta1')).body.resources;
      expect(resources).toMatchObject([{ name: 'pods', kind: 'PodMetrics', verbs: ['get', 'list'] }]);
      expect((await ask('/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/waiting')).code).toBe(404);
    } finally {
      front = previous;
      await measuring.close();
    }
  });
});
