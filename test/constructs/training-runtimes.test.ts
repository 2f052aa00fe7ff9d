import { describe, expect, test } from '@jest/globals';
import { Chart, Testing } from 'cdk8s';
import { KNOWN_RUNTIMES, type TrainJob } from '../../src/api/index.ts';
import { MlPlatform, TrainingRuntimes, type TrainingRuntimesProps } from '../../src/constructs/index.ts';
import { problemsOf } from '../../src/training/trainer/problems.ts';

interface Synthesized {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly object[];
}

function installed(props: Omit<TrainingRuntimesProps, 'platform'> = {}): readonly Synthesized[] {
  const app = Testing.app();
  const platform = new MlPlatform(new Chart(app, 'platform'), 'Platform');
  const chart = new Chart(app, 'runtimes');
  new TrainingRuntimes(chart, 'Runtimes', { platform, ...props });
  return Testing.synth(chart) as Synthesized[];
}

const named = (objects: readonly Synthesized[], kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

describe('TrainingRuntimes', () => {
  test('installs what needs nothing besides', () => {
    const names = named(installed(), 'ClusterTrainingRuntime');
    expect(names).toHaveLength(8);
    expect(names).toContain('torch-distributed');
    expect(names).not.toContain('torch-distributed-with-cache');
    expect(names).not.toContain('flux-distributed');
  });

  test('installs those that are named', () => {
    expect(named(installed({ only: ['flux-distributed'] }), 'ClusterTrainingRuntime')).toEqual(['flux-distributed']);
    expect(() => installed({ only: ['flux'] })).toThrow("'only' names no runtime that comes along: flux; there are");
  });

  test('lets TrainJobs of chosen namespaces keep a data cache, and no others', () => {
    const objects = installed({ only: [], dataCacheIn: ['team-a', 'team-b'] });
    expect(named(objects, 'ClusterTrainingRuntime')).toEqual(['torch-distributed-with-cache']);
    const account = 'kubeflow-trainer-cache-initializer';
    for (const kind of ['ServiceAccount', 'RoleBinding']) {
      const of = objects.filter((object) => object.kind === kind && object.metadata.name === account);
      expect(of.map(({ metadata }) => metadata.namespace)).toEqual(['team-a', 'team-b']);
    }
    expect(named(objects, 'ClusterRoleBinding')).toEqual([]);
    const role = objects.find(({ kind }) => kind === 'ClusterRole');
    expect(role?.rules).toContainEqual({
      apiGroups: ['trainer.kubeflow.org'],
      resources: ['trainjobs'],
      verbs: ['get'],
    });
  });
});

describe('torch-distributed-with-cache', () => {
  const { spec } = KNOWN_RUNTIMES.find(({ metadata }) => metadata.name === 'torch-distributed-with-cache')!;
  const problems = (storageUri: string) =>
    problemsOf(
      {
        metadata: { name: 'j' },
        spec: { runtimeRef: { name: 'torch-distributed-with-cache' }, initializer: { dataset: { storageUri } } },
      } as TrainJob,
      spec,
    );

  test('data of a cache needs no volume; what is fetched does', () => {
    expect(problems('cache://schema/table')).toEqual([]);
    expect(problems('hf://org/data')).toEqual([expect.stringContaining('volumeMount with name - initializer')]);
  });
});
