import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import type { TrainJob, TrainJobSpec } from '../../../src/api/train-job.ts';
import { reviewAdmission, reviewMutation } from '../../../src/runtime/admission.ts';
import { trainerDomain } from '../../../src/training/trainer/controller.ts';
import { clusterRuntime, job, runtimeSpec, START, trainJob } from './world.ts';

const domains = [trainerDomain()];
const runtime = clusterRuntime(runtimeSpec({ torch: {} }));
const reviewOf = (object: KubeObject, oldObject?: KubeObject) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: 'r', operation: oldObject ? 'UPDATE' : 'CREATE', object, ...(oldObject && { oldObject }) },
});
const withSpec = (spec: Partial<TrainJobSpec>, status?: TrainJob['status']): TrainJob => ({
  ...trainJob({
    runtimeRef: { name: 'runtime', kind: 'ClusterTrainingRuntime', apiGroup: 'trainer.kubeflow.org' },
    ...spec,
  }),
  ...(status && { status }),
});

async function answer(object: KubeObject, previous?: KubeObject, present: readonly KubeObject[] = [runtime]) {
  const look = async (kind: { kind: string }, { name }: { name: string }) =>
    present.find((other) => other.kind === kind.kind && other.metadata.name === name);
  return (await reviewAdmission(domains, reviewOf(object, previous), look)).response!;
}
const told = async (...args: Parameters<typeof answer>) => (await answer(...args)).status?.message ?? '';

function stamped(object: TrainJob, previous?: TrainJob) {
  const { response } = reviewMutation(domains, reviewOf(object, previous), START);
  if (!response?.patch) return undefined;
  const operations = JSON.parse(Buffer.from(response.patch, 'base64').toString()) as { path: string; value: unknown }[];
  expect(operations.map(({ path }) => path)).toEqual(['/spec/runtimePatches']);
  return operations[0]!.value;
}
const patch = (manager: string, labels = {}) => ({
  manager,
  trainingRuntimeSpec: { template: { metadata: { labels } } },
});
const NOW = '2026-01-01T00:00:00Z';
const EARLIER = '2025-12-31T00:00:00Z';

describe('a TrainJob', () => {
  test('of a runtime that is there is taken, with a warning when the runtime goes away', async () => {
    expect(await answer(withSpec({}))).toEqual({ uid: 'r', allowed: true });
    const labels = { 'trainer.kubeflow.org/support': 'deprecated' };
    const old = { ...runtime, metadata: { ...runtime.metadata, labels } };
    expect((await answer(withSpec({}), undefined, [old])).warnings).toEqual([
      expect.stringContaining('ClusterTrainingRuntime runtime is deprecated'),
    ]);
  });

  test('of one that is not is refused at first, and may be changed when it goes later', async () => {
    expect(await told(withSpec({}), undefined, [])).toContain(
      'specified clusterTrainingRuntime must be created before the TrainJob is created',
    );
    expect((await answer(withSpec({ suspend: true }), withSpec({}), [])).allowed).toBe(true);
  });

  test('of a kind that nobody runs is refused', async () => {
    const runtimeRef = { name: 'x', kind: 'Other', apiGroup: 'trainer.kubeflow.org' };
    expect(await told(withSpec({ runtimeRef }))).toContain('unsupported runtime: Other.trainer.kubeflow.org');
  });

  test('[training 28] variables that the policy sets are refused', async () => {
    const env = [{ name: 'PET_NNODES', value: '9' }];
    expect(await told(withSpec({ trainer: { env } }))).toContain('must not have reserved envs');
  });

  test('[training 28] patches stay while pods run', async () => {
    const counts = { name: 'node', ready: 0, succeeded: 0, failed: 0, active: 1, suspended: 0 };
    const running = withSpec({ suspend: true }, { jobsStatus: [counts] });
    const changed = withSpec({ suspend: true, runtimePatches: [patch('a.b/c')] });
    expect(await told(changed, running)).toContain("when the JobSet's ReplicatedJob node is still active");
    const stopped = withSpec({ suspend: true }, { jobsStatus: [{ ...counts, active: 0 }] });
    expect((await answer(changed, stopped)).allowed).toBe(true);
  });

  test('that changes in other ways than its spec is no concern of its runtime', async () => {
    expect((await answer(withSpec({}), withSpec({}), [])).allowed).toBe(true);
  });
});

describe('[training 28] the time of a patch', () => {
  test('is when it came', () => {
    expect(stamped(withSpec({ runtimePatches: [patch('a.b/c')] }))).toEqual([{ ...patch('a.b/c'), time: NOW }]);
    expect(stamped(withSpec({}))).toBeUndefined();
  });

  test('changes for the entry that changes, and for no other', () => {
    const kept = { ...patch('a.b/kept'), time: EARLIER };
    const before = withSpec({ runtimePatches: [kept, { ...patch('a.b/changed'), time: EARLIER }] });
    const after = withSpec({ runtimePatches: [patch('a.b/kept'), patch('a.b/changed', { x: 'y' }), patch('a.b/new')] });
    expect(stamped(after, before)).toEqual([
      kept,
      { ...patch('a.b/changed', { x: 'y' }), time: NOW },
      { ...patch('a.b/new'), time: NOW },
    ]);
  });
});

describe('a runtime', () => {
  const bad = clusterRuntime(
    runtimeSpec({}, [{ ...job('node', 'trainer'), replicas: 2 }, job('x', 'model-initializer')]),
  );
  const nameless = { ...bad, kind: 'TrainingRuntime' };

  test('whose steps are not what they are called for is refused', async () => {
    expect(await told(bad)).toContain('spec.template.spec.replicatedJobs[0].replicas: always must be 1');
    const other = clusterRuntime(runtimeSpec({}, [job('x', 'trainer', { name: 'main' })]));
    expect(await told(other)).toContain('must contain the required container for the ancestor: trainer; call it node');
    expect((await answer(runtime)).allowed).toBe(true);
  });

  test('of a namespace is judged when it is made only', async () => {
    expect(await told(nameless)).toContain('always must be 1');
    expect((await answer(nameless, nameless)).allowed).toBe(true);
    expect(await told(bad, bad)).toContain('always must be 1');
  });
});
