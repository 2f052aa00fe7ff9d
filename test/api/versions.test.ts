import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import * as z from 'zod';
import { crdOf, type KubeObject, lostFields, MPI_JOB, MPI_JOB_DEFINITION } from '../../src/api/index.ts';
import { type CompiledStructural, compileStructural } from '../../src/embedded/structural/index.ts';

const crd = crdOf(MPI_JOB_DEFINITION);
const versions = new Map(
  crd.spec.versions.map(({ name, schema }) => [
    name,
    compileStructural(schema.openAPIV3Schema, { kind: { ...MPI_JOB, version: name } }),
  ]),
);
type Version = 'v1' | 'v2beta1';
const schemaOf = (version: Version): CompiledStructural => versions.get(version)!;
const storage = crd.spec.versions.find((version) => version.storage)?.name as Version;

/** What an apiserver does for conversion strategy None: the name changes, and what the schema does not know goes. */
const converted = (object: KubeObject, version: Version): KubeObject =>
  schemaOf(version).prune({ ...object, apiVersion: `kubeflow.org/${version}` }).object;
/** As it is kept after a write in this version. */
const written = (object: KubeObject, version: Version): KubeObject =>
  converted(
    schemaOf(version).applyDefaults(
      schemaOf(version).prune({ ...object, apiVersion: `kubeflow.org/${version}` }).object,
    ),
    storage,
  );
/** As it is read in this version. */
const read = (kept: KubeObject, version: Version): KubeObject =>
  converted(schemaOf(storage).applyDefaults(kept), version);
/** As a client that reads, and writes back what it read, leaves it. */
const touched = (kept: KubeObject, version: Version): KubeObject => written(read(kept, version), version);

const replica = fc.record(
  {
    replicas: fc.integer({ min: 1, max: 9 }),
    restartPolicy: fc.constantFrom('Never', 'OnFailure'),
    template: fc.constant({ spec: { containers: [{ name: 'mpi', image: 'i', surprise: { kept: true } }] } }),
  },
  { requiredKeys: ['template'] },
);
const spec = fc.record(
  {
    mpiReplicaSpecs: fc.record({
      Launcher: replica.map((launcher) => ({ ...launcher, replicas: 1 })),
      Worker: replica,
    }),
    slotsPerWorker: fc.integer({ min: 1, max: 8 }),
    cleanPodPolicy: fc.constantFrom('All', 'Running', 'None'),
    mainContainer: fc.constant('mpi'),
    mpiImplementation: fc.constantFrom('OpenMPI', 'Intel', 'MPICH'),
    sshAuthMountPath: fc.constant('/keys/.ssh'),
    runLauncherAsWorker: fc.boolean(),
    launcherCreationPolicy: fc.constantFrom('AtStartup', 'WaitForWorkersReady'),
    runPolicy: fc.record({ suspend: fc.boolean(), backoffLimit: fc.nat(9) }, { requiredKeys: [] }),
  },
  { requiredKeys: ['mpiReplicaSpecs'] },
);
const anyVersion = fc.constantFrom<Version>('v1', 'v2beta1');
const job = (content: object, version: Version): KubeObject => ({
  apiVersion: `kubeflow.org/${version}`,
  kind: 'MPIJob',
  metadata: { name: 'j', namespace: 'ns' },
  spec: content,
});
const specOf = (object: KubeObject) => object.spec as Readonly<Record<string, unknown>>;

describe('[training 26] MPIJob in two versions', () => {
  test('one CRD serves both without a webhook, and keeps v1', () => {
    expect(crd.spec.conversion).toEqual({ strategy: 'None' });
    expect(crd.spec.versions.map(({ name, served, storage }) => [name, served, storage])).toEqual([
      ['v2beta1', true, false],
      ['v1', true, true],
    ]);
  });

  test('what is written in one version reads the same in both, and any later writer in any version loses nothing', () => {
    fc.assert(
      fc.property(spec, anyVersion, fc.array(anyVersion, { maxLength: 4 }), (content, version, clients) => {
        const kept = written(job(content, version), version);
        expect(specOf(read(kept, version))).toMatchObject(content);
        const later = clients.reduce(touched, kept);
        for (const [name, value] of Object.entries(specOf(kept))) expect(specOf(later)[name]).toEqual(value);
        expect(specOf(read(later, 'v1'))).toEqual(specOf(read(later, 'v2beta1')));
        for (const each of ['v1', 'v2beta1'] as const) expect(schemaOf(each).validate(read(later, each))).toEqual([]);
      }),
    );
  });

  test('a job keeps the way it was given, whoever writes it next', () => {
    fc.assert(
      fc.property(spec, anyVersion, fc.array(anyVersion, { maxLength: 4 }), (content, version, clients) => {
        const later = clients.reduce(touched, written(job(content, version), version));
        expect(specOf(later).transport).toBe(version === 'v1' ? 'exec' : 'ssh');
      }),
    );
  });

  test('v1 adds to what its author wrote only what tells the way', () => {
    const content = {
      mpiReplicaSpecs: { Launcher: { template: { spec: { containers: [{ name: 'mpi', image: 'i' }] } } } },
    };
    expect(specOf(read(written(job(content, 'v1'), 'v1'), 'v1'))).toEqual({
      ...content,
      runPolicy: { suspend: false },
      transport: 'exec',
    });
  });

  test.each([
    ['a launcher is needed', { mpiReplicaSpecs: { Worker: {} } }, 'Launcher] is required'],
    [
      'over ssh no ExitCode',
      { transport: 'ssh', mpiReplicaSpecs: { Launcher: { restartPolicy: 'ExitCode' } } },
      'over ssh',
    ],
    ['one launcher', { mpiReplicaSpecs: { Launcher: { replicas: 2 } } }, 'must be 1'],
    ['no other types', { mpiReplicaSpecs: { Launcher: {}, Master: {} } }, 'may only have'],
    ['slots', { slotsPerWorker: -1, mpiReplicaSpecs: { Launcher: {} } }, 'slotsPerWorker'],
    ['implementation', { mpiImplementation: 'X', mpiReplicaSpecs: { Launcher: {} } }, 'mpiImplementation'],
    ['manager', { runPolicy: { managedBy: 'x' }, mpiReplicaSpecs: { Launcher: {} } }, 'managedBy'],
  ])('[training 21] refused: %s', (_name, content, words) => {
    for (const version of ['v1', 'v2beta1'] as const) {
      const problems = schemaOf(version).validate(schemaOf(version).applyDefaults(job(content, version)));
      expect(problems.map(({ field, message }) => `${field}: ${message}`).join('\n')).toContain(words);
    }
  });
});

describe('versions that would lose a field', () => {
  test('are refused with its path', () => {
    const one = z.object({ a: z.string(), b: z.object({ c: z.array(z.object({ d: z.string() })) }) });
    const other = z.object({ a: z.string(), b: z.object({ c: z.array(z.object({})) }) });
    const definition = { kind: MPI_JOB, spec: one, versions: [{ version: 'v1', spec: other }] };
    expect(() => crdOf(definition)).toThrow(
      'MPIJob v2beta1 cannot be served as v1 without a conversion webhook: it would lose .spec.b.c[].d; give both versions these fields',
    );
    expect(lostFields({ type: 'string' }, { type: 'integer' }, '.x')).toEqual(['.x']);
  });
});
