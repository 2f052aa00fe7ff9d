import { describe, expect, test } from '@jest/globals';
import { jobsOf, podSpecOf } from '../../../src/training/trainer/layout.ts';
import { job, runtimeSpec, TrainerWorld } from './world.ts';

const counts = (active: number, succeeded = 0, failed = 0) => ({
  name: 'node',
  ready: 0,
  succeeded,
  failed,
  active,
  suspended: 0,
});
const ended = (type: string, reason: string) => ({
  conditions: [
    { type, status: 'True' as const, reason, message: 'because', lastTransitionTime: '2026-01-01T00:01:00Z' },
  ],
  replicatedJobsStatus: [counts(0, type === 'Completed' ? 1 : 0, type === 'Failed' ? 1 : 0)],
});
const patch = (nodeSelector: Record<string, string>, manager = 'kueue.x-k8s.io/manager') => ({
  manager,
  trainingRuntimeSpec: {
    template: {
      spec: { replicatedJobs: [{ name: 'node', template: { spec: { template: { spec: { nodeSelector } } } } }] },
    },
  },
});
const nodeSelector = (world: TrainerWorld) => podSpecOf(jobsOf(world.jobSet!)[0]!).nodeSelector;

describe('a TrainJob becomes a JobSet', () => {
  test('[training 27] of its name, beside a copy of its runtime', () => {
    const world = new TrainerWorld();
    world.settle();
    expect(world.children.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'ConfigMap j-runtime-snapshot',
      'JobSet j',
    ]);
    expect(world.jobSet?.spec.suspend).toBe(false);
    expect(world.object.status).toBeUndefined();
  });

  test('[training 28] a runtime that is changed or deleted later changes nothing', () => {
    const world = new TrainerWorld({ suspend: true });
    world.settle();
    world.runtime = undefined;
    world.edit({ suspend: false });
    world.settle();
    expect(world.jobSet?.spec.suspend).toBe(false);
    expect(world.conditions).toEqual(['Suspended=False/Resumed']);
  });

  test('a JobSet that runs is left alone', () => {
    const world = new TrainerWorld();
    world.settle();
    world.edit({ runtimePatches: [patch({ a: 'b' })] });
    world.settle();
    expect(nodeSelector(world)).toBeUndefined();
  });

  test('[training 31] waits for a runtime that is not there, and says so', () => {
    const world = new TrainerWorld();
    const { runtime } = world;
    world.runtime = undefined;
    world.settle();
    expect(world.conditions).toEqual(['Pending=True/TrainingRuntimeNotFound']);
    expect(world.events).toEqual(['Warning TrainJobResourcesCreationFailed']);
    world.runtime = runtime;
    world.settle();
    expect(world.jobSet).toBeDefined();
    expect(world.conditions).toEqual([]);
  });

  test('[training 19] is managed elsewhere', () => {
    const world = new TrainerWorld({ managedBy: 'kueue.x-k8s.io/multikueue' });
    expect(world.plan()).toEqual({ children: [] });
  });

  test('fails at once when nobody runs such a runtime', () => {
    const world = new TrainerWorld({ runtimeRef: { name: 'x', kind: 'Other', apiGroup: 'trainer.kubeflow.org' } });
    world.settle();
    expect(world.conditions).toEqual(['Failed=True/TrainingRuntimeNotSupported']);
  });
});

describe('suspension', () => {
  test('[training 28] patches reach the JobSet before its pods do', () => {
    const world = new TrainerWorld({ suspend: true });
    world.settle();
    expect(world.jobSet?.spec.suspend).toBe(true);
    expect(world.conditions).toEqual(['Suspended=True/Suspended']);
    world.edit({ suspend: false, runtimePatches: [patch({ a: 'b' })] });
    world.step();
    expect([world.jobSet?.spec.suspend, nodeSelector(world)]).toEqual([true, { a: 'b' }]);
    world.settle();
    expect(world.jobSet?.spec.suspend).toBe(false);
    expect(world.conditions).toEqual(['Suspended=False/Resumed']);
  });

  test('[training 33] what a patch added goes when the patch is emptied', () => {
    const world = new TrainerWorld({ suspend: true, runtimePatches: [patch({ a: 'b' })] });
    world.settle();
    const { annotations } = world.jobSet!.metadata;
    world.edit({ runtimePatches: [{ manager: 'kueue.x-k8s.io/manager' }] });
    world.settle();
    expect(nodeSelector(world)).toBeUndefined();
    // Without it the difference would not be seen: nothing is missing from what is there.
    expect(world.jobSet!.metadata.annotations).not.toEqual(annotations);
  });

  test('stops a JobSet that runs', () => {
    const world = new TrainerWorld();
    world.settle();
    world.edit({ suspend: true });
    world.settle();
    expect(world.jobSet?.spec.suspend).toBe(true);
    expect(world.events).toEqual(['Normal Suspended']);
  });
});

describe('the end', () => {
  test('[training 27] a JobSet that completed completes it, in its words', () => {
    const world = new TrainerWorld();
    world.settle();
    world.report({ replicatedJobsStatus: [counts(1)] });
    world.settle();
    expect(world.object.status).toEqual({ jobsStatus: [counts(1)] });
    world.report(ended('Completed', 'AllJobsCompleted'));
    world.settle();
    expect(world.object.status).toEqual({
      conditions: [
        {
          type: 'Complete',
          status: 'True',
          reason: 'AllJobsCompleted',
          message: 'because',
          lastTransitionTime: '2026-01-01T00:01:00Z',
        },
      ],
      jobsStatus: [counts(0, 1)],
    });
    world.loseJobSet();
    world.settle();
    expect(world.jobSet).toBeUndefined();
  });

  test('[training 31] failed is failed: a JobSet that is taken away is not made again', () => {
    const world = new TrainerWorld();
    world.settle();
    world.report(ended('Failed', 'ReachedMaxRestarts'));
    world.settle();
    world.loseJobSet();
    world.settle();
    expect(world.conditions).toEqual(['Failed=True/ReachedMaxRestarts']);
    expect(world.jobSet).toBeUndefined();
    expect(world.object.status?.jobsStatus).toEqual([counts(0, 0, 1)]);
  });

  test('[training 31] a deadline ends it and takes the JobSet away', () => {
    const world = new TrainerWorld({ activeDeadlineSeconds: 60 });
    world.settle();
    expect(world.plan().wakeAt).toBe(world.now + 60_000);
    world.after(60);
    world.settle();
    expect(world.conditions).toEqual(['Failed=True/DeadlineExceeded']);
    expect(world.jobSet).toBeUndefined();
  });

  test('[training 31] the deadline is counted anew from the last resumption', () => {
    const world = new TrainerWorld({ activeDeadlineSeconds: 60, suspend: true });
    world.settle();
    world.after(300);
    world.settle();
    world.edit({ suspend: false });
    world.settle();
    world.after(59);
    world.settle();
    expect(world.jobSet).toBeDefined();
    world.after(1);
    world.settle();
    expect(world.conditions).toEqual(['Suspended=False/Resumed', 'Failed=True/DeadlineExceeded']);
  });

  test('what trains tells of its progress stays', () => {
    const world = new TrainerWorld();
    world.settle();
    const trainerStatus = { progressPercentage: 42, lastUpdatedTime: '2026-01-01T00:00:30Z' };
    world.object = { ...world.object, status: { trainerStatus } };
    world.report(ended('Completed', 'AllJobsCompleted'));
    world.settle();
    expect(world.object.status?.trainerStatus).toEqual(trainerStatus);
  });
});

describe('gangs', () => {
  const requests = { cpu: '500m', memory: '1Gi' };
  const jobs = [job('node', 'trainer', { resources: { requests } })];

  test('[training 22] co-scheduling: all pods, all they ask for', () => {
    const world = new TrainerWorld(
      { trainer: { numNodes: 3 } },
      {
        ...runtimeSpec({ torch: {} }, jobs),
        podGroupPolicy: { coscheduling: {} },
      },
      { gangScheduler: 'scheduler-plugins' },
    );
    world.settle();
    expect(world.child('PodGroup')).toMatchObject({
      apiVersion: 'scheduling.x-k8s.io/v1alpha1',
      metadata: { name: 'j' },
      spec: { minMember: 3, minResources: { cpu: '1500m', memory: '3Gi' }, scheduleTimeoutSeconds: 60 },
    });
    const { metadata } = jobsOf(world.jobSet!)[0]!.template.spec!.template;
    expect(metadata?.labels).toEqual({ 'scheduling.x-k8s.io/pod-group': 'j' });
  });

  test('[training 22] the group is there before any pod can be', () => {
    const runtime = { ...runtimeSpec({ torch: {} }, jobs), podGroupPolicy: { coscheduling: {} } };
    const world = new TrainerWorld({}, runtime, { gangScheduler: 'scheduler-plugins' });
    const kinds = () => world.step().children.map(({ kind }) => kind);
    expect(kinds()).toEqual(['ConfigMap', 'PodGroup']);
    expect(kinds()).toEqual(['PodGroup', 'JobSet']);
  });

  test('[training 22] volcano: the queue is an annotation of the runtime or of a patch', () => {
    const annotations = { 'scheduling.volcano.sh/queue-name': 'fast' };
    const world = new TrainerWorld(
      {
        runtimePatches: [{ manager: 'me.example/x', trainingRuntimeSpec: { template: { metadata: { annotations } } } }],
      },
      { ...runtimeSpec({ torch: {} }, jobs), podGroupPolicy: { volcano: {} } },
      { gangScheduler: 'volcano' },
    );
    world.settle();
    expect(world.child('PodGroup')).toMatchObject({
      apiVersion: 'scheduling.volcano.sh/v1beta1',
      spec: { minMember: 1, queue: 'fast' },
    });
    const { metadata } = jobsOf(world.jobSet!)[0]!.template.spec!.template;
    expect(metadata?.annotations).toEqual({ 'scheduling.k8s.io/group-name': 'j' });
  });

  test('[training 22] a runtime that wants another scheduler than there is waits, and says which flag is missing', () => {
    const world = new TrainerWorld({}, { ...runtimeSpec({ torch: {} }, jobs), podGroupPolicy: { volcano: {} } });
    world.settle();
    expect(world.conditions).toEqual(['Pending=True/InvalidTrainJob']);
    expect(world.object.status?.conditions?.[0]?.message).toContain('--gang-scheduler-name volcano');
  });
});
