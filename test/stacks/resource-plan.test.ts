import { describe, expect, test } from '@jest/globals';
import { ApiObject, Chart, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { plan } from '../../src/stacks/resource-plan.ts';

function example() {
  const chart = new Chart(Testing.app(), 'chart');
  const group = new Construct(chart, 'Group');
  const job = new ApiObject(group, 'Job', {
    apiVersion: 'example.org/v1',
    kind: 'Job',
    metadata: { name: 'job', namespace: 'team' },
  });
  const namespace = new ApiObject(chart, 'Namespace', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'team' },
  });
  const crd = new ApiObject(chart, 'Crd', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'jobs.example.org' },
    spec: { group: 'example.org', names: { kind: 'Job', plural: 'jobs' } },
  });
  const config = new ApiObject(chart, 'Config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' } });
  config.node.addDependency(group);
  return { chart, job, namespace, crd, config };
}

describe('plan', () => {
  test('puts dependencies first, the implied ones too', () => {
    const { resources } = plan(example().chart);
    expect(resources.map(({ name, dependsOn }) => [name, dependsOn])).toEqual([
      ['chart/Namespace', []],
      ['chart/Crd', []],
      ['chart/Group/Job', ['chart/Namespace', 'chart/Crd']],
      ['chart/Config', ['chart/Group/Job']],
    ]);
  });

  test('writes type tokens as the provider reads them', () => {
    const { resources } = plan(example().chart);
    expect(resources.map(({ type }) => type)).toEqual([
      'kubernetes:core/v1:Namespace',
      'kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition',
      'kubernetes:example.org/v1:Job',
      'kubernetes:core/v1:ConfigMap',
    ]);
  });

  test('mirrors the construct tree', () => {
    const { components, resources } = plan(example().chart);
    expect(components).toEqual([{ name: 'chart/Group', type: 'armature:constructs:Construct', parent: 'chart' }]);
    expect(resources.find(({ name }) => name === 'chart/Group/Job')?.parent).toBe('chart/Group');
  });

  test('names the constructs of a circle', () => {
    const { chart, job, config } = example();
    job.node.addDependency(config);
    expect(() => plan(chart)).toThrow('chart/Group/Job -> chart/Config -> chart/Group/Job');
  });
});
