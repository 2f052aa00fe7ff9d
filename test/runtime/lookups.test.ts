import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { NODE } from '../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import type { Domain, Observed, Plan } from '../../src/runtime/domain.ts';
import { systemEnvironment } from '../../src/runtime/environment.ts';
import { HttpClient } from '../../src/runtime/http-client.ts';
import { type Manager, runManager } from '../../src/runtime/manager.ts';
import { Metrics } from '../../src/runtime/metrics.ts';
import { FakeApiserver } from './fake-apiserver.ts';

const GROUPS = '/apis/test.io/v1/groups';
const NODES = '/api/v1/nodes';
const GROUP: Kind = { group: 'test.io', version: 'v1', kind: 'Group', plural: 'groups', namespaced: true };

let server: FakeApiserver;
let client: HttpClient;
let manager: Manager;
let looks: readonly KubeObject[][];

/** Looks at the node n1, and counts how often. */
const watcher: Domain = {
  kind: GROUP,
  owns: [],
  reads: [{ name: 'nodes', kind: NODE, fields: ['spec.taints'], keys: () => ['n1'] }],
  permissions: [],
  plan({ lookups }: Observed<KubeObject>): Plan {
    looks = [...looks, [...(lookups.nodes ?? [])]];
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
  server.put(GROUPS, { apiVersion: 'test.io/v1', kind: 'Group', metadata: { name: 'g', namespace: 'a' }, spec: {} });
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
