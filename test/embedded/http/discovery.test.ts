import { describe, expect, test } from '@jest/globals';
import { allCrds } from '../../../src/api/index.ts';
import { CUSTOM_RESOURCE_DEFINITION } from '../../../src/api/kinds.ts';
import { startEmbeddedCluster } from '../../../src/embedded/cluster.ts';
import { customResources } from '../../../src/embedded/custom-resources.ts';
import {
  aggregated,
  apiGroup,
  apiGroupList,
  apiResourceList,
  type Catalogue,
} from '../../../src/embedded/http/discovery.ts';
import { openApiDocument, openApiIndex, swaggerDocument } from '../../../src/embedded/http/openapi/documents.ts';
import { decodeProtobuf } from '../../../src/embedded/http/protobuf/decode.ts';
import { REVIEWS } from '../../../src/embedded/http/reviews.ts';
import { resourceRoute } from '../../../src/embedded/http/route.ts';

const { server, stop } = startEmbeddedCluster({
  environment: { now: () => 0, random: () => 0.5, after: () => () => {} },
});
for (const crd of allCrds()) {
  server.create(CUSTOM_RESOURCE_DEFINITION, undefined, crd);
  for (const resource of customResources(crd)) server.serve(resource);
}
stop();
const catalogue: Catalogue = { resources: server.resources(), reviews: REVIEWS, extra: () => [] };

describe('discovery', () => {
  test('names groups with their preferred version', () => {
    const { groups } = apiGroupList(catalogue) as { groups: { name: string }[] };
    expect(groups.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['kubeflow.org', 'rbac.authorization.k8s.io']),
    );
    expect(apiGroup(catalogue, 'scheduling.k8s.io')).toMatchObject({
      kind: 'APIGroup',
      preferredVersion: { groupVersion: 'scheduling.k8s.io/v1', version: 'v1' },
    });
    expect(apiGroup(catalogue, 'apps')).toBeUndefined();
  });

  test('lists the resources of a version with their subresources', () => {
    const { resources } = apiResourceList(catalogue, 'kubeflow.org', 'v1') as { resources: { name: string }[] };
    expect(resources).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'pytorchjobs',
          kind: 'PyTorchJob',
          namespaced: true,
          singularName: 'pytorchjob',
        }),
        expect.objectContaining({ name: 'pytorchjobs/status', verbs: ['get', 'patch', 'update'] }),
        expect.objectContaining({ name: 'pytorchjobs/scale', group: 'autoscaling', kind: 'Scale' }),
      ]),
    );
    expect(apiResourceList(catalogue, 'kubeflow.org', 'v9')).toBeUndefined();
  });

  test('tells everything at once to those who ask', () => {
    const core = aggregated(catalogue, true, 'apidiscovery.k8s.io/v2') as { items: { versions: object[] }[] };
    expect(core.items).toHaveLength(1);
    const others = aggregated(catalogue, false, 'apidiscovery.k8s.io/v2') as { items: { metadata: object }[] };
    expect(others).toMatchObject({ kind: 'APIGroupDiscoveryList' });
    expect(others.items.map(({ metadata }) => metadata)).toContainEqual(
      expect.objectContaining({ name: 'kubeflow.org' }),
    );
  });
});

describe('OpenAPI', () => {
  test('has a document for every group and version, under an address of its content', () => {
    const { paths } = openApiIndex(server) as { paths: Record<string, { serverRelativeURL: string }> };
    expect(paths['apis/kubeflow.org/v1']?.serverRelativeURL).toMatch(
      /^\/openapi\/v3\/apis\/kubeflow.org\/v1\?hash=\w{32}$/,
    );
    expect(Object.keys(paths)).toContain('api/v1');
  });

  test('holds the schema of a CRD, and the parameters that kubectl looks for', () => {
    const document = openApiDocument(server, 'apis/kubeflow.org/v1');
    const schema = document?.components.schemas['org.kubeflow.v1.PyTorchJob'];
    expect(schema?.['x-kubernetes-group-version-kind']).toEqual([
      { group: 'kubeflow.org', version: 'v1', kind: 'PyTorchJob' },
    ]);
    expect(Object.keys(schema?.properties as object)).toEqual(
      expect.arrayContaining(['apiVersion', 'kind', 'metadata', 'spec', 'status']),
    );
    const one = document?.paths['/apis/kubeflow.org/v1/namespaces/{namespace}/pytorchjobs/{name}'] as {
      patch: { parameters: { name: string }[] };
    };
    expect(one.patch.parameters.map(({ name }) => name)).toEqual([
      'dryRun',
      'fieldManager',
      'fieldValidation',
      'force',
    ]);
  });

  test('every reference leads somewhere', () => {
    const { paths } = openApiIndex(server) as { paths: Record<string, object> };
    for (const path of Object.keys(paths)) {
      const document = openApiDocument(server, path);
      const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
        ([, name]) => name,
      );
      for (const name of new Set(names)) expect(document?.components.schemas).toHaveProperty([name ?? '']);
    }
    const older = swaggerDocument(server) as { definitions: object };
    const names = [...JSON.stringify(older).matchAll(/"#\/definitions\/([^"]+)"/g)].map(([, name]) => name);
    for (const name of new Set(names)) expect(older.definitions).toHaveProperty([name ?? '']);
  });

  test('says how lists of containers merge', () => {
    const document = openApiDocument(server, 'api/v1');
    const spec = document?.components.schemas['io.k8s.api.PodSpec'] as
      | { properties: Record<string, object> }
      | undefined;
    expect(spec?.properties.containers).toMatchObject({
      type: 'array',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
    });
  });
});

test.each([
  ['/api/v1/pods', { plural: 'pods' }],
  ['/api/v1/namespaces/a/pods/p/log', { namespace: 'a', plural: 'pods', name: 'p', subresource: 'log' }],
  ['/api/v1/namespaces/a', { plural: 'namespaces', name: 'a' }],
  ['/api/v1/namespaces/a/finalize', { plural: 'namespaces', name: 'a', subresource: 'finalize' }],
  ['/api/v1/watch/namespaces/a/pods', { namespace: 'a', plural: 'pods', watch: true }],
  ['/apis/g/v1/namespaces/a/things/x%3Ay', { group: 'g', namespace: 'a', plural: 'things', name: 'x:y' }],
  ['/apis/g/v1', undefined],
  ['/api/v1/namespaces/a/pods/p/log/more', undefined],
])('the path %s is understood', (path, expected) => {
  expect(resourceRoute(path)).toEqual(expected && { group: '', version: 'v1', ...expected });
});

test('the protobuf of a ConfigMap reads as its JSON', () => {
  const field = (number: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
  const said = (number: number, value: string) => field(number, Buffer.from(value));
  const entry = Buffer.concat([said(1, 'mode'), said(2, 'fast')]);
  const raw = Buffer.concat([
    field(1, Buffer.concat([said(1, 'settings'), said(2, '')])),
    field(2, entry),
    Buffer.from([0x20, 0]),
  ]);
  const type = Buffer.concat([said(1, 'v1'), said(2, 'ConfigMap')]);
  const body = Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, raw)]);
  expect(decodeProtobuf(body)).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { mode: 'fast' },
    immutable: false,
  });
  expect(
    decodeProtobuf(Buffer.concat([Buffer.from('k8s\0'), field(1, Buffer.concat([said(1, 'v1'), said(2, 'Pod')]))])),
  ).toBeUndefined();
  expect(() => decodeProtobuf(Buffer.from('k8s\0\x0a\x7f'))).toThrow(/not an object in the protobuf/);
  expect(() => decodeProtobuf(Buffer.from('{}'))).toThrow(/not an object in the protobuf/);
});
