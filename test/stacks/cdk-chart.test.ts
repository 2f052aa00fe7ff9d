import { beforeAll, expect, test } from '@jest/globals';
import type * as pulumi from '@pulumi/pulumi';
import { Chart, Testing } from 'cdk8s';
import { ConfigMap, Namespace } from '../../src/constructs/k8s.ts';
import { CdkChart } from '../../src/stacks/cdk-chart.ts';
import { recordResources } from './mocks.ts';

let registered: readonly pulumi.runtime.MockResourceArgs[];

beforeAll(async () => {
  registered = await recordResources();
});

test('registers each object as a resource of its own type', async () => {
  const chart = new Chart(Testing.app(), 'chart');
  const namespace = new Namespace(chart, 'Namespace', { metadata: { name: 'team' } });
  new ConfigMap(chart, 'Config', { metadata: { name: 'config', namespace: namespace.name }, data: { a: '1' } });

  const bridge = new CdkChart('platform', { root: chart });
  await Promise.all([...bridge.resources.values()].map((resource) => settled(resource.urn)));

  expect(registered.filter(({ custom }) => custom).map(({ type, name }) => [type, name])).toEqual([
    ['kubernetes:core/v1:Namespace', 'chart/Namespace/Resource'],
    ['kubernetes:core/v1:ConfigMap', 'chart/Config/Resource'],
  ]);
  expect(registered.find(({ name }) => name === 'chart/Config/Resource')?.inputs).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'config', namespace: 'team' },
    data: { a: '1' },
  });
  expect(registered.filter(({ custom }) => !custom).map(({ type }) => type)).toEqual([
    'armature:stacks:CdkChart',
    'armature:constructs:Namespace',
    'armature:constructs:ConfigMap',
  ]);
});

function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
