import { describe, expect, test } from '@jest/globals';
import { DEFINITIONS, type KubeObject } from '../../../src/api/index.ts';
import { previewAll } from '../../../src/cli/preview/preview.ts';
import { jsonReport, textReport } from '../../../src/cli/preview/report.ts';
import { trainingDomains } from '../../../src/training/controller.ts';

const template = { spec: { containers: [{ name: 'pytorch', image: 'train:1', resources: { limits: { cpu: 1 } } }] } };
const job = (runPolicy: object = {}): KubeObject => ({
  apiVersion: 'kubeflow.org/v1',
  kind: 'PyTorchJob',
  metadata: { name: 'digits', namespace: 'team-a' },
  spec: { runPolicy, pytorchReplicaSpecs: { Master: { replicas: 1, template }, Worker: { replicas: 1, template } } },
});
const configMap: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } };
const preview = (...objects: KubeObject[]) => previewAll(objects, trainingDomains(), DEFINITIONS, 0);

describe('armature preview', () => {
  test('shows what the controller will create, and what becomes of it', () => {
    const { previews, skipped } = preview(job(), configMap);
    expect(textReport(previews, skipped)).toMatchSnapshot();
  });

  test('shows each process of a JAX job', () => {
    const template = { spec: { containers: [{ name: 'jax', image: 'jax:1' }] } };
    const jaxJob = { ...job(), kind: 'JAXJob', spec: { jaxReplicaSpecs: { Worker: { replicas: 2, template } } } };
    const { previews, skipped } = preview(jaxJob);
    expect(textReport(previews, skipped)).toMatchSnapshot();
  });

  test.each([
    ['v1', ['ConfigMap', 'Pod', 'Pod', 'RoleBinding', 'Service', 'ServiceAccount']],
    ['v2beta1', ['ConfigMap', 'Job', 'Pod', 'Secret', 'Service']],
  ])('[training 26] shows an MPIJob %s as its version means it, without its keys', (version, kinds) => {
    const mpi = { spec: { containers: [{ name: 'mpi', image: 'pi:1' }] } };
    const spec = { mpiReplicaSpecs: { Launcher: { template: mpi }, Worker: { replicas: 1, template: mpi } } };
    const { previews } = preview({ ...job(), apiVersion: `kubeflow.org/${version}`, kind: 'MPIJob', spec });
    const [{ problems, acts, object } = { problems: ['none'], acts: [], object: undefined }] = previews;
    expect({ problems, version: object?.apiVersion }).toEqual({ problems: [], version: `kubeflow.org/${version}` });
    const created = acts.flatMap(({ creates }) => creates);
    expect(created.map(({ kind }) => kind).sort()).toEqual(kinds);
    expect(JSON.stringify(created)).not.toContain('PRIVATE KEY');
    expect(acts.at(-1)?.status).toMatchObject({
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Succeeded' })]),
    });
  });

  test.each([
    ['TFJob', 'tensorflow', 'tfReplicaSpecs', ['Chief', 'Worker']],
    ['XGBoostJob', 'xgboost', 'xgbReplicaSpecs', ['Master', 'Worker']],
    ['PaddleJob', 'paddle', 'paddleReplicaSpecs', ['Worker']],
  ])('shows what each pod of a %s is told', (kind, container, field, types) => {
    const template = { spec: { containers: [{ name: container, image: 'train:1' }] } };
    const replicas = Object.fromEntries(
      types.map((type) => [type, { replicas: types.length === 1 ? 2 : 1, template }]),
    );
    const { previews, skipped } = preview({ ...job(), kind, spec: { [field]: replicas } });
    expect(textReport(previews, skipped)).toMatchSnapshot();
  });

  test('follows a TrainJob into the JobSet that it makes of a shipped runtime', () => {
    const trainJob = {
      ...job(),
      apiVersion: 'trainer.kubeflow.org/v1alpha1',
      kind: 'TrainJob',
      spec: { runtimeRef: { name: 'torch-distributed' }, trainer: { image: 'train:1', numNodes: 2 } },
    };
    const { previews, skipped } = preview(trainJob);
    expect(textReport(previews, skipped)).toMatchSnapshot();
    expect(JSON.parse(jsonReport(previews, skipped))).toMatchObject({
      objects: [{ kind: 'TrainJob' }, { kind: 'JobSet', createdFor: 'TrainJob digits' }],
      skipped: 0,
    });
  });

  test('shows the Jobs of a JobSet, and an MPIJob with its launcher', () => {
    const pods = { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a:1' }] } };
    const jobSet = {
      ...job(),
      apiVersion: 'jobset.x-k8s.io/v1alpha2',
      kind: 'JobSet',
      spec: { replicatedJobs: [{ name: 'a', template: { spec: { parallelism: 2, template: pods } } }] },
    };
    const template = { spec: { containers: [{ name: 'mpi', image: 'mpi:1' }] } };
    const mpiJob = {
      ...job(),
      apiVersion: 'kubeflow.org/v2beta1',
      kind: 'MPIJob',
      spec: { mpiReplicaSpecs: { Launcher: { template }, Worker: { replicas: 2, template } } },
    };
    const { previews, skipped } = preview(jobSet, mpiJob);
    const text = textReport(previews, skipped);
    expect(text).toContain('Job digits-a-0 of 2 pods\n      container a: a:1');
    expect(text).toContain('Completed (AllJobsCompleted)');
    expect(text).toContain('Job digits-launcher of 1 pod');
    expect(text).toContain('Pod digits-worker-1');
  });

  test('knows every kind that leads to pods', () => {
    const blueprints = ['TrainingRuntime', 'ClusterTrainingRuntime'];
    const kinds = DEFINITIONS.map(({ kind }) => kind.kind).filter((kind) => !blueprints.includes(kind));
    expect(trainingDomains().map(({ kind }) => kind.kind)).toEqual(expect.arrayContaining(kinds));
  });

  test('shows what is cleaned away', () => {
    const { previews, skipped } = preview(job({ cleanPodPolicy: 'All', ttlSecondsAfterFinished: 60 }));
    const text = textReport(previews, skipped);
    expect(text).toContain('deletes Pod digits-master-0');
    expect(text).toContain('looks again after 60 s');
  });

  test('shows a suspended job without pods', () => {
    const { previews } = preview(job({ suspend: true }));
    expect(previews[0]?.acts.flatMap(({ creates }) => creates.map(({ kind }) => kind))).not.toContain('Pod');
  });

  test('says why an API server would refuse an object', () => {
    const { previews, skipped } = preview(job({ backoffLimit: -1 }));
    expect(textReport(previews, skipped)).toMatch(/refused: spec\.runPolicy\.backoffLimit: /);
    expect(previews[0]?.acts).toEqual([]);
  });

  test('asks the rules of the schema, and knows no field that it does not', () => {
    const { previews } = preview(job({ managedBy: 'somebody', cleanPodPolicy: 'Some', retries: 1 }));
    expect(previews[0]?.problems).toEqual([
      'unknown field "spec.runPolicy.retries"',
      expect.stringMatching(/^spec\.runPolicy\.cleanPodPolicy: Invalid value: "Some": .* must be one of /),
      expect.stringMatching(/^spec\.runPolicy\.managedBy: Invalid value: "somebody": .* must be one of /),
    ]);
  });

  test('is one JSON object for programs', () => {
    const { previews, skipped } = preview(job(), configMap);
    const report = JSON.parse(jsonReport(previews, skipped));
    expect(report.skipped).toBe(1);
    expect(report.objects[0]).toMatchObject({
      kind: 'PyTorchJob',
      metadata: { name: 'digits', namespace: 'team-a' },
      problems: [],
    });
    expect(report.objects[0].acts.map(({ name }: { name: string }) => name)).toEqual([
      'created',
      'running',
      'succeeded',
    ]);
  });
});
