import { describe, expect, test } from '@jest/globals';
import type { TrainJobSpec } from '../../../src/api/train-job.ts';
import { jobsOf, podSpecOf } from '../../../src/training/trainer/layout.ts';
import { problemsOf } from '../../../src/training/trainer/problems.ts';
import { layOut } from '../../../src/training/trainer/render.ts';
import { job, runtimeSpec, trainJob } from './world.ts';

const node = job('node', 'trainer', { env: [{ name: 'A', value: '1' }] });
const pod = podSpecOf(node);
const withSidecar = {
  ...node,
  template: {
    ...node.template,
    spec: {
      ...node.template.spec,
      template: {
        spec: {
          ...pod,
          nodeSelector: { zone: 'a' },
          tolerations: [{ key: 'old' }],
          containers: [
            ...pod.containers,
            {
              name: 'sidecar',
              env: [
                { name: 'A', value: '1' },
                { name: 'B', value: '1' },
              ],
            },
          ],
          volumes: [{ name: 'data', emptyDir: {} }],
        },
      },
    },
  },
};
const runtime = runtimeSpec({ torch: {} }, [job('dataset-initializer', 'dataset-initializer'), withSidecar]);
type PodPatch = NonNullable<NonNullable<TrainJobSpec['podTemplateOverrides']>[number]['spec']>;
const patchOf = (spec: PodPatch, name = 'node') => ({
  manager: 'me.example/x',
  trainingRuntimeSpec: {
    template: { spec: { replicatedJobs: [{ name, template: { spec: { template: { spec } } } }] } },
  },
});
const podOf = (spec: Partial<TrainJobSpec>) =>
  podSpecOf(jobsOf(layOut(trainJob(spec), runtime)).find(({ name }) => name === 'node')!);

describe('[training 28] patches are laid over the runtime', () => {
  const change: PodPatch = {
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'new' }],
    containers: [
      { name: 'sidecar', env: [{ name: 'B', value: '2' }], volumeMounts: [{ name: 'data', mountPath: '/d' }] },
    ],
    volumes: [{ name: 'more', emptyDir: {} }],
  };
  const expected = {
    nodeSelector: { zone: 'a', disk: 'ssd' },
    tolerations: [{ key: 'new' }],
    volumes: [
      { name: 'data', emptyDir: {} },
      { name: 'more', emptyDir: {} },
    ],
  };

  test.each<[string, Partial<TrainJobSpec>]>([
    ['as they are now', { runtimePatches: [patchOf(change)] }],
    ['podTemplateOverrides of 2.1', { podTemplateOverrides: [{ targetJobs: [{ name: 'node' }], spec: change }] }],
    ['podSpecOverrides of 2.0', { podSpecOverrides: [{ targetJobs: [{ name: 'node' }], ...change }] }],
  ])('%s', (_title, spec) => {
    const patched = podOf(spec);
    expect(patched).toMatchObject(expected);
    expect(patched.containers.map(({ name }) => name)).toEqual(['node', 'sidecar']);
    expect(patched.containers[1]).toMatchObject({
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
      volumeMounts: [{ name: 'data', mountPath: '/d' }],
    });
  });

  test('one after the other, and the jobs keep their order', () => {
    const runtimePatches = [
      patchOf({ nodeSelector: { disk: 'a' } }),
      { ...patchOf({ nodeSelector: { disk: 'b' } }), manager: 'x.y/z' },
    ];
    expect(podOf({ runtimePatches }).nodeSelector).toMatchObject({ disk: 'b' });
    expect(jobsOf(layOut(trainJob({ runtimePatches }), runtime)).map(({ name }) => name)).toEqual([
      'dataset-initializer',
      'node',
    ]);
  });

  test('labels and annotations of the JobSet, as they were in 2.1 too', () => {
    const metadata = { labels: { b: '2' } };
    const runtimePatches = [{ manager: 'me.example/x', trainingRuntimeSpec: { template: { metadata } } }];
    const { labels, annotations } = layOut(
      trainJob({ labels: { a: '1' }, annotations: { c: '3' }, runtimePatches }),
      runtime,
    );
    expect([labels, annotations]).toEqual([{ a: '1', b: '2' }, { c: '3' }]);
  });

  test('fields that typed clients leave empty do not matter', () => {
    const empty = {
      ...node,
      template: { ...node.template, metadata: { ...node.template.metadata, creationTimestamp: null } },
    };
    const [laidOut] = jobsOf(layOut(trainJob(), runtimeSpec({ torch: {} }, [empty])));
    expect(laidOut?.template.metadata).not.toHaveProperty('creationTimestamp');
  });
});

describe('[training 28] what cannot run is refused by field', () => {
  const reserved = { env: [{ name: 'PET_NNODES', value: '1' }] };
  test.each<[string, Partial<TrainJobSpec>, string]>([
    [
      'a job that is not there',
      { runtimePatches: [patchOf({}, 'other')] },
      "must not have replicated job that doesn't exist",
    ],
    [
      'a container that is not there',
      { runtimePatches: [patchOf({ containers: [{ name: 'x' }] })] },
      "must not have container that doesn't exist in the runtime job node: x",
    ],
    [
      'an init container that is not there',
      { runtimePatches: [patchOf({ initContainers: [{ name: 'x' }] })] },
      "must not have initContainer that doesn't exist",
    ],
    [
      'variables of the container that trains',
      { runtimePatches: [patchOf({ containers: [{ name: 'node', ...reserved }] })] },
      'put those of node under spec.trainer.env',
    ],
    [
      'reserved variables',
      { trainer: reserved },
      'spec.trainer.env: must not have reserved envs, which the torch runtime sets: PET_NNODES',
    ],
    [
      'a model without a step for it',
      { initializer: { model: {} } },
      'spec.runtimeRef: must have model-initializer job, since spec.initializer.model is set',
    ],
    [
      'data without a volume',
      { initializer: { dataset: {} } },
      'must have volumeMount with name - initializer in container dataset-initializer',
    ],
    [
      'a model that nobody knows',
      { trainer: { command: ['tune', 'run'] } },
      'spec.runtimeRef.name: must have a supported pretrained model',
    ],
  ])('%s', (_title, spec, message) => {
    expect(problemsOf(trainJob(spec), runtime).join('\n')).toContain(message);
  });

  test('what can run is not', () => {
    expect(problemsOf(trainJob({ runtimePatches: [patchOf({ nodeSelector: { a: 'b' } })] }), runtime)).toEqual([]);
  });
});
