import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { POD, SERVICE } from '../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import type { Domain, Plan } from '../../src/runtime/domain.ts';
import { systemEnvironment } from '../../src/runtime/environment.ts';
import { HttpClient } from '../../src/runtime/http-client.ts';
import { type Manager, runManager } from '../../src/runtime/manager.ts';
import { Metrics } from '../../src/runtime/metrics.ts';
import { FakeApiserver, type FakeObject, refuse } from './fake-apiserver.ts';

const GROUPS = '/apis/test.io/v1/groups';
const PODS = '/api/v1/pods';
const EVENTS = '/apis/events.k8s.io/v1/events';
const GROUP: Kind = { group: 'test.io', version: 'v1', kind: 'Group', plural: 'groups', namespaced: true };
const MISSING: Kind = { group: 'none.io', version: 'v1', kind: 'None', plural: 'nones', namespaced: true };

interface Group extends KubeObject {
  readonly spec: { readonly size: number; readonly bad?: boolean };
  readonly status?: { readonly running: number };
}

/** `size` pods, and how many of them run. */
const groups: Domain<Group> = {
  kind: GROUP,
  owns: [
    { kind: POD, update: 'never', fields: ['status.phase'] },
    { kind: SERVICE, update: 'patch' },
    { kind: MISSING, update: 'never', optional: true },
  ],
  permissions: [],
  counters: [{ name: 'groups_created_total', help: 'Groups.', labels: [] }],
  plan({ object, children }): Plan {
    if (object.spec.bad) throw new Error('a bad group');
    const pods = children.filter(({ kind }) => kind === 'Pod');
    const { name = '', namespace = '' } = object.metadata;
    const wanted = Array.from({ length: object.spec.size }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}-${index}`, namespace },
    }));
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { clusterIP: 'None' } };
    const names = new Set(wanted.map(({ metadata }) => metadata.name));
    const isNew = object.status === undefined;
    return {
      children: [...wanted, service],
      remove: pods.filter(({ metadata }) => !names.has(metadata.name ?? '')).map((pod) => ({ object: pod })),
      status: { running: pods.filter((pod) => (pod.status as { phase?: string })?.phase === 'Running').length },
      ...(isNew && {
        events: [{ type: 'Normal', reason: 'Created', message: 'made' }],
        counts: [{ counter: 'groups_created_total', labels: {} }],
      }),
    };
  },
};

let server: FakeApiserver;
let client: HttpClient;
let manager: Manager;
let metrics: Metrics;

function start(domains: readonly Domain[] = [groups as unknown as Domain]): void {
  metrics = new Metrics();
  manager = runManager({ client, environment: systemEnvironment, domains, gatherMs: 20, metrics });
}

beforeEach(async () => {
  server = await FakeApiserver.start();
  server.intercept = (request, response) => {
    if (!request.path.includes('none.io')) return false;
    refuse(response, 404, 'NotFound', 'no such kind');
    return true;
  };
  const access = { server: server.url, credentials: async () => ({}) };
  client = new HttpClient({ access, environment: systemEnvironment, userAgent: 'test' });
});

afterEach(async () => {
  await manager.stop();
  await client.close();
  await server.stop();
});

const group = (name: string, spec: object): FakeObject =>
  server.put(GROUPS, { apiVersion: 'test.io/v1', kind: 'Group', metadata: { name, namespace: 'a' }, spec });

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 300 && !condition(); turn++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
}

async function quiet(): Promise<void> {
  for (let before = -1; before !== server.requests.length; ) {
    before = server.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

const status = (name: string) => server.list(GROUPS).find(({ metadata }) => metadata.name === name)?.status;
const writeLines = () => server.writes.map(({ method, path }) => `${method} ${path}`);

describe('the manager', () => {
  test('makes what a plan wants, owned, writes the status once for each state, and then rests', async () => {
    start();
    await manager.ready;
    group('g', { size: 4 });
    await until(() => server.list(PODS).length === 4);
    await quiet();
    expect(writeLines().filter((line) => line.startsWith('POST'))).toHaveLength(5);
    expect(writeLines().filter((line) => line.startsWith('PATCH'))).toHaveLength(1);
    expect(server.list(PODS)[0]?.metadata.ownerReferences).toEqual([
      { apiVersion: 'test.io/v1', kind: 'Group', name: 'g', uid: 'uid-1', controller: true, blockOwnerDeletion: true },
    ]);
    for (const pod of server.list(PODS)) server.put(PODS, { ...pod, status: { phase: 'Running' } });
    await until(() => (status('g') as { running: number }).running === 4);
    await quiet();
    expect(server.writes).toHaveLength(7);
    expect(server.list(EVENTS).map(({ reason }) => reason)).toEqual(['Created']);
    expect(metrics.registry.text()).toContain('groups_created_total 1');
    expect(metrics.registry.text()).toMatch(
      /controller_runtime_reconcile_total\{controller="group",result="success"\}/,
    );
  });

  test('removes what is too much, and puts back what was taken or changed', async () => {
    start();
    group('g', { size: 3 });
    await until(() => server.list(PODS).length === 3 && server.list('/api/v1/services').length === 1);
    group('g', { size: 2 });
    await until(() => server.list(PODS).length === 2);
    server.remove(PODS, 'a', 'g-0');
    await until(() => server.list(PODS).length === 2);
    const [service] = server.list('/api/v1/services');
    server.put('/api/v1/services', { ...service!, spec: { clusterIP: '10.0.0.1' } });
    await until(() => JSON.stringify(server.list('/api/v1/services')[0]?.spec).includes('None'));
  });

  test('an object that no plan can be made for fails alone', async () => {
    start();
    group('bad', { size: 1, bad: true });
    group('good', { size: 1 });
    await until(() => server.list(PODS).length === 1);
    await until(() => server.list(EVENTS).some(({ reason }) => reason === 'PlanFailed'));
    expect(metrics.registry.text()).toMatch(/reconcile_panics_total\{controller="group"\} [1-9]/);
  });

  test("a child's name that is taken by somebody else is reported, and not adopted", async () => {
    server.put(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'g-0', namespace: 'a' } });
    start();
    group('g', { size: 1 });
    await until(() => server.list(EVENTS).some(({ note }) => String(note).includes('Pod a/g-0 exists already')));
    expect(server.list(PODS)[0]?.metadata.ownerReferences).toBeUndefined();
  });

  test('a create whose answer was lost is not done twice', async () => {
    let lost = 0;
    const notServed = server.intercept;
    server.intercept = (request, response) => {
      if (request.method === 'POST' && request.path.endsWith('/pods') && lost++ === 0) {
        server.put(PODS, request.body as FakeObject);
        response.destroy();
        return true;
      }
      return notServed(request, response);
    };
    start();
    group('g', { size: 2 });
    await until(() => status('g') !== undefined && server.list(PODS).length === 2);
    await quiet();
    expect(new Set(server.list(PODS).map(({ metadata }) => metadata.name))).toEqual(new Set(['g-0', 'g-1']));
  });

  test('waits for its own writes before it plans again', async () => {
    start();
    await manager.ready;
    const send = server.send.bind(server);
    const held: (() => void)[] = [];
    server.send = (collection, event) => {
      if (collection === PODS) held.push(() => send(collection, event));
      else send(collection, event);
    };
    group('g', { size: 2 });
    await until(() => server.list(PODS).length === 2 && status('g') !== undefined);
    server.put(GROUPS, { ...server.list(GROUPS)[0]!, spec: { size: 3 } });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(server.list(PODS)).toHaveLength(2);
    for (const release of held.splice(0)) release();
    await until(() => server.list(PODS).length === 3);
    for (const release of held.splice(0)) release();
    expect(writeLines().filter((line) => line === 'POST /api/v1/namespaces/a/pods')).toHaveLength(3);
  });

  test('goes on after dropped watches and after 410', async () => {
    server.streamsLists = false;
    start();
    await manager.ready;
    server.dropWatches();
    group('g', { size: 1 });
    await until(() => server.list(PODS).length === 1);
    server.send(GROUPS, { type: 'ERROR', object: { code: 410, reason: 'Expired', message: 'too old' } });
    group('h', { size: 1 });
    await until(() => server.list(PODS).length === 2);
  });
});
