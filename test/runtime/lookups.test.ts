import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CONFIG_MAP, NODE, POD } from '../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import type { Domain, Observed, Plan } from '../../src/runtime/domain.ts';
import { systemEnvironment } from '../../src/runtime/environment.ts';
import { HttpClient } from '../../src/runtime/http-client.ts';
import { type Manager, runManager } from '../../src/runtime/manager.ts';
import { Metrics } from '../../src/runtime/metrics.ts';
import { FakeApiserver, type FakeObject } from './fake-apiserver.ts';

const GROUPS = '/apis/test.io/v1/groups';
const NODES = '/api/v1/nodes';
const GROUP: Kind = { group: 'test.io', version: 'v1', kind: 'Group', plural: 'groups', namespaced: true };

let server: FakeApiserver;
let client: HttpClient;
let manager: Manager;
let group: FakeObject;
let looks: readonly KubeObject[][];
let pods: readonly (string | undefined)[];

const child = (kind: string, name: string, owner: string, ownerName: string, uid: string) => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    name,
    namespace: 'a',
    labels: { group: 'g' },
    ownerReferences: [
      { apiVersion: owner === 'Group' ? 'test.io/v1' : 'v1', kind: owner, name: ownerName, uid, controller: true },
    ],
  },
});

/** Looks at the node n1, and counts how often. */
const watcher: Domain = {
  kind: GROUP,
  owns: [{ kind: CONFIG_MAP, labelSelector: 'group', update: 'never' }],
  reads: [
    { name: 'nodes', kind: NODE, fields: ['spec.taints'], keys: () => ['n1'] },
    {
      name: 'pods',
      kind: POD,
      labelSelector: 'group',
      by: 'controller',
      keys: (_group, children) => children.map(({ metadata }) => metadata.uid ?? ''),
    },
  ],
  permissions: [],
  plan({ lookups }: Observed<KubeObject>): Plan {
    looks = [...looks, [...(lookups.nodes ?? [])]];
    pods = (lookups.pods ?? []).map(({ metadata }) => metadata.name);
    return { children: [] };
  },
};

const node = (name: string, heartbeat: number, taints: object[] = []) =>
  server.put(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: { taints },
    status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: heartbeat }] },
  });
const pause = () => new Promise((resolve) => setTimeout(resolve, 200));

beforeEach(async () => {
  looks = [];
  server = await FakeApiserver.start();
  client = new HttpClient({
    access: { server: server.url, credentials: async () => ({}) },
    environment: systemEnvironment,
    userAgent: 'test',
  });
  node('n1', 1);
  node('n2', 1);
  group = server.put(GROUPS, {
    apiVersion: 'test.io/v1',
    kind: 'Group',
    metadata: { name: 'g', namespace: 'a' },
    spec: {},
  });
  manager = runManager({
    client,
    environment: systemEnvironment,
    domains: [watcher],
    gatherMs: 20,
    metrics: new Metrics(),
  });
  await manager.ready;
  await pause();
});

afterEach(async () => {
  await manager.stop();
  await client.close();
  await server.stop();
});

test('an object wakes those who look at it when a field they read changes, and only then', async () => {
  const before = looks.length;
  node('n1', 2);
  node('n1', 3);
  node('n2', 2, [{ key: 'lost', effect: 'NoExecute' }]);
  await pause();
  expect(looks).toHaveLength(before);

  node('n1', 4, [{ key: 'lost', effect: 'NoExecute' }]);
  await pause();
  expect(looks).toHaveLength(before + 1);
  expect(looks.at(-1)?.[0]?.spec).toEqual({ taints: [{ key: 'lost', effect: 'NoExecute' }] });
});

test('what children of an object control is seen with it', async () => {
  const config = server.put('/api/v1/configmaps', child('ConfigMap', 'c', 'Group', 'g', group.metadata.uid));
  await pause();
  expect(pods).toEqual([]);
  server.put('/api/v1/pods', child('Pod', 'mine', 'ConfigMap', 'c', config.metadata.uid));
  server.put('/api/v1/pods', child('Pod', 'other', 'ConfigMap', 'd', 'somebody'));
  await pause();
  server.put('/api/v1/configmaps', child('ConfigMap', 'c', 'Group', 'g', group.metadata.uid));
  await pause();
  expect(pods).toEqual(['mine']);
});
