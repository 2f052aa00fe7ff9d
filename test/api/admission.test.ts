import { describe, expect, test } from '@jest/globals';
import { crdOf } from '../../src/api/crd.ts';
import { TRAINING_JOB_DEFINITIONS } from '../../src/api/kubeflow-org.ts';
import { compileStructural } from '../../src/embedded/structural/index.ts';

const judges = new Map(
  TRAINING_JOB_DEFINITIONS.map((definition) => {
    const { kind } = definition;
    const { openAPIV3Schema } = crdOf(definition).spec.versions[0]!.schema;
    return [kind.kind as string, compileStructural(openAPIV3Schema, { kind })];
  }),
);

/** What an apiserver would say against a job; empty when it would take it. */
function refusals(kind: string, spec: object, name = 'j', before?: object): readonly string[] {
  const judge = judges.get(kind)!;
  const jobWith = (content: object) =>
    judge.applyDefaults({ apiVersion: 'kubeflow.org/v1', kind, metadata: { name }, spec: content } as never);
  const causes = judge.validate(jobWith(spec), ...(before ? [jobWith(before)] : []));
  return causes.map(({ field, message }) => `${field}: ${message}`);
}

const pods = (container: string, more: object = {}, image = 'train:1') => ({
  template: { spec: { containers: [{ name: container, image }] } },
  ...more,
});
const tf = (more = {}, image = 'train:1') => pods('tensorflow', more, image);
const xgb = (more = {}) => pods('xgboost', more);
const paddle = (more = {}) => pods('paddle', more);
const METRICS = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }];

describe('an apiserver takes', () => {
  test.each<[string, string, object]>([
    [
      '[training 7] a Chief with the rest',
      'TFJob',
      { Chief: tf(), PS: tf({ replicas: 2 }), Worker: tf(), Evaluator: tf() },
    ],
    ['[training 20] keys in lower case', 'TFJob', { worker: tf(), ps: tf() }],
    ['[training 20] keys in upper case', 'TFJob', { CHIEF: tf(), WORKER: tf() }],
    ['a Chief without workers', 'TFJob', { Chief: tf(), Worker: tf({ replicas: 0 }) }],
    ['[training 20] a Master without replicas', 'XGBoostJob', { Master: xgb(), Worker: xgb() }],
    ['a Master without workers', 'XGBoostJob', { Master: xgb(), Worker: xgb({ replicas: 0 }) }],
    ['[training 10] workers alone', 'PaddleJob', { Worker: paddle({ replicas: 2 }) }],
    ['[training 10] several parameter servers', 'PaddleJob', { Master: paddle({ replicas: 2 }), Worker: paddle() }],
  ])('%s of a %s', (_what, kind, replicas) => {
    expect(refusals(kind, { [fieldOf(kind)]: replicas })).toEqual([]);
  });

  test('policies of a TFJob and of an elastic PaddleJob', () => {
    const policies = { successPolicy: 'AllWorkers', enableDynamicWorker: true };
    expect(refusals('TFJob', { tfReplicaSpecs: { Worker: tf() }, ...policies })).toEqual([]);
    const elasticPolicy = { minReplicas: 1, maxReplicas: 2, maxRestarts: 3, metrics: METRICS };
    expect(refusals('PaddleJob', { paddleReplicaSpecs: { Worker: paddle() }, elasticPolicy })).toEqual([]);
  });
});

describe('an apiserver refuses', () => {
  test.each<[string, string, object, RegExp]>([
    [
      '[training 8] a Chief beside a Master',
      'TFJob',
      { Chief: tf(), Master: tf() },
      /more than one of Chief and Master/,
    ],
    [
      '[training 8] a Chief spelled in two ways',
      'TFJob',
      { Chief: tf(), chief: tf() },
      /more than one of Chief and Master/,
    ],
    ['a Worker spelled in two ways', 'TFJob', { Worker: tf(), worker: tf() }, /has a key twice/],
    ['nobody who decides', 'TFJob', { PS: tf() }, /needs a Chief, a Master or at least one Worker/],
    [
      'no worker and no Chief',
      'TFJob',
      { Worker: tf({ replicas: 0 }) },
      /needs a Chief, a Master or at least one Worker/,
    ],
    ['no pod of the Chief', 'TFJob', { chief: tf({ replicas: 0 }) }, /\[Chief\]\.replicas must be at least 1/],
    [
      '[training 21] an unknown key',
      'TFJob',
      { Worker: tf(), Helper: tf() },
      /may only have the keys Chief and Master/,
    ],
    ['[training 21] another container name', 'TFJob', { Worker: pods('tf') }, /with name tensorflow/],
    ['[training 21] no image', 'TFJob', { Worker: tf({}, '') }, /every container needs an image/],
    ['[training 9] no Master', 'XGBoostJob', { Worker: xgb() }, /spec\.xgbReplicaSpecs\[Master\] is required/],
    ['[training 9] two Masters', 'XGBoostJob', { Master: xgb({ replicas: 2 }) }, /\[Master\]\.replicas must be 1/],
    ['[training 21] a key in lower case', 'XGBoostJob', { Master: xgb(), worker: xgb() }, /spelled exactly so/],
    ['[training 21] another container name', 'XGBoostJob', { Master: pods('main') }, /with name xgboost/],
    [
      'no worker and no Master',
      'PaddleJob',
      { Worker: paddle({ replicas: 0 }) },
      /\[Worker\]\.replicas must be at least 1/,
    ],
    [
      'no pod of the Master',
      'PaddleJob',
      { Master: paddle({ replicas: 0 }) },
      /\[Master\]\.replicas must be at least 1/,
    ],
    ['[training 21] another container name', 'PaddleJob', { Worker: pods('main') }, /with name paddle/],
  ])('%s of a %s', (_what, kind, replicas, words) => {
    const said = refusals(kind, { [fieldOf(kind)]: replicas });
    expect(said.join('\n')).toMatch(words);
    expect(said.join('\n')).toContain(`spec.${fieldOf(kind)}`);
  });

  const minimal: readonly [string, object][] = [
    ['TFJob', { Worker: tf() }],
    ['PyTorchJob', { Worker: pods('pytorch') }],
    ['MPIJob', { Launcher: pods('mpi') }],
    ['XGBoostJob', { Master: xgb() }],
    ['PaddleJob', { Worker: paddle() }],
    ['JAXJob', { Worker: pods('jax') }],
  ];

  test.each(minimal)('[training 21] a %s with a container that lacks its name or its image', (kind, replicas) => {
    const [[type, replica] = ['', {}]] = Object.entries(replicas);
    const { name, image } = replica.template.spec.containers[0];
    const said = (container: object) =>
      refusals(kind, {
        [fieldOf(kind)]: { ...replicas, [type]: { template: { spec: { containers: [container] } } } },
      }).join('\n');
    const path = `spec.${fieldOf(kind)}`;
    expect(said({ name, image })).toBe('');
    expect(said({ image })).toContain(`${path}.${type}.template.spec.containers[0].name`);
    expect(said({ name })).toContain(
      `${path}[${type}]: Invalid value: template.spec.containers: every container needs an image`,
    );
  });

  test.each(minimal)('[training 21] a %s with a replica type that it does not have', (kind, replicas) => {
    const [replica] = Object.values(replicas);
    const said = refusals(kind, { [fieldOf(kind)]: { ...replicas, Helper: replica } }).join('\n');
    expect(said).toContain(`spec.${fieldOf(kind)} may only have the key`);
  });

  test.each(minimal)('[training 21] a %s without pods, or with a name that no host has', (kind, replicas) => {
    expect(refusals(kind, { [fieldOf(kind)]: {} }).join('\n')).toContain(`spec.${fieldOf(kind)} is required`);
    expect(refusals(kind, { [fieldOf(kind)]: replicas }, '1abc').join('\n')).toContain('metadata.name must be');
    expect(refusals(kind, { [fieldOf(kind)]: replicas }, 'a'.repeat(56)).join('\n')).toContain('too long');
  });

  test.each(minimal)('[training 19] another manager of a %s, and a change of it', (kind, replicas) => {
    const managed = (managedBy?: string) => ({ [fieldOf(kind)]: replicas, runPolicy: managedBy ? { managedBy } : {} });
    expect(refusals(kind, managed('kueue.x-k8s.io/multikueue'))).toEqual([]);
    expect(refusals(kind, managed('someone/else')).join()).toContain('spec.runPolicy.managedBy must be one of');
    expect(refusals(kind, managed('kubeflow.org/training-operator'), 'j', managed()).join()).toContain('immutable');
  });

  test('an unknown success policy', () => {
    const said = refusals('TFJob', { tfReplicaSpecs: { Worker: tf() }, successPolicy: 'Some' });
    expect(said.join()).toContain('spec.successPolicy must be one of AllWorkers');
  });

  test('an elastic PaddleJob without workers', () => {
    const said = refusals('PaddleJob', { paddleReplicaSpecs: { Master: paddle() }, elasticPolicy: { minReplicas: 1 } });
    expect(said.join()).toContain('spec.elasticPolicy needs spec.paddleReplicaSpecs[Worker]');
  });
});

function fieldOf(kind: string): string {
  const fields: Readonly<Record<string, string>> = {
    TFJob: 'tfReplicaSpecs',
    PyTorchJob: 'pytorchReplicaSpecs',
    MPIJob: 'mpiReplicaSpecs',
    XGBoostJob: 'xgbReplicaSpecs',
    PaddleJob: 'paddleReplicaSpecs',
    JAXJob: 'jaxReplicaSpecs',
  };
  return fields[kind] ?? '';
}
