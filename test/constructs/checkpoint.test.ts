import { describe, expect, test } from '@jest/globals';
import { Chart, Duration, Size, Testing } from 'cdk8s';
import {
  Capacity,
  Checkpoint,
  DistributedTrainingJob,
  type DistributedTrainingJobProps,
  Framework,
  JobVolume,
  Platform,
  synthesize,
} from '../../src/constructs/index.ts';

interface Manifest {
  readonly kind: string;
  readonly metadata: object;
  readonly spec: { readonly runPolicy?: object };
}

function job(props: Partial<DistributedTrainingJobProps>) {
  const app = Testing.app();
  const chart = new Chart(app, 'test', { namespace: 'team-a' });
  const framework = Framework.pytorch({ image: 'train:1', workers: { replicas: 2 } });
  new DistributedTrainingJob(chart, 'llm', { framework, ...props });
  return {
    manifests: () => Testing.synth(chart) as Manifest[],
    synth: () => synthesize(app),
  };
}

const checkpointOf = (checkpoint: Checkpoint) => {
  const resource = job({ checkpoint })
    .manifests()
    .find(({ kind }) => kind === 'PyTorchJob');
  return (resource?.spec.runPolicy as { readonly checkpoint: object } | undefined)?.checkpoint;
};

describe('Checkpoint', () => {
  test('pvc: a claim that the job owns', () => {
    const checkpoint = Checkpoint.pvc({
      size: Size.gibibytes(10),
      storageClass: 'shared',
      gracePeriod: Duration.minutes(2),
    });
    expect(checkpointOf(checkpoint)).toEqual({
      claim: { size: '10240Mi', storageClassName: 'shared' },
      gracePeriodSeconds: 120,
    });
    expect(job({ checkpoint }).manifests()).toHaveLength(1);
  });

  test('pvc that is always kept: a claim of the chart, before the job', () => {
    const checkpoint = Checkpoint.pvc({ size: Size.gibibytes(10), keep: 'Always', path: '/state', resume: false });
    expect(checkpointOf(checkpoint)).toEqual({ claimName: 'llm-checkpoints', path: '/state', resume: 'never' });
    expect(job({ checkpoint }).manifests()[0]).toMatchObject({
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'llm-checkpoints', namespace: 'team-a' },
      spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '10240Mi' } } },
    });
  });

  test('existingClaim and s3', () => {
    expect(checkpointOf(Checkpoint.existingClaim({ name: 'team' }))).toEqual({ claimName: 'team' });
    expect(
      checkpointOf(Checkpoint.s3('s3://runs/nlp', { endpoint: 'http://s3:9000', secret: { name: 'keys' } })),
    ).toEqual({
      uri: 's3://runs/nlp',
      endpoint: 'http://s3:9000',
      secretName: 'keys',
    });
  });

  test.each([
    [() => Checkpoint.s3('runs'), "'uri' must begin with s3:// and a bucket, got 'runs'"],
    [() => Checkpoint.existingClaim({ name: 'a' }, { path: 'x' }), "'path' must be absolute, got 'x'"],
  ])('refuses what cannot be', (make, message) => {
    expect(make).toThrow(message);
  });

  test('says when the pods cannot share the claim, and when something else is mounted there', () => {
    const alone = Checkpoint.pvc({ size: Size.gibibytes(1), accessMode: 'ReadWriteOnce' });
    expect(job({ checkpoint: alone }).synth).toThrow(
      "'checkpoint.accessMode': ReadWriteOnce lets one node write, and the job has 2 pods",
    );
    const framework = Framework.pytorch({
      image: 'train:1',
      workers: {},
      volumes: [JobVolume.emptyDir('/checkpoints')],
    });
    const { synth } = job({ framework, checkpoint: Checkpoint.existingClaim({ name: 'team' }) });
    expect(synth).toThrow('two volumes would be mounted at /checkpoints');
  });

  test('is what spot machines ask for', () => {
    const spot = { platform: Platform.eks(), capacity: Capacity.spot() };
    expect(job(spot).synth).toThrow("give it a 'checkpoint'");
    expect(job({ ...spot, checkpoint: Checkpoint.s3('s3://runs') }).synth).not.toThrow();
  });

  test('a deadline for progress goes to the run policy, in whole seconds', () => {
    const [manifest] = job({ runPolicy: { progressDeadline: Duration.minutes(15) } }).manifests();
    expect(manifest?.spec.runPolicy).toEqual({ progressDeadlineSeconds: 900 });
  });

  test('restartScope goes to the run policy', () => {
    const [manifest] = job({ runPolicy: { restartScope: 'Job' } }).manifests();
    expect(manifest?.spec.runPolicy).toEqual({ restartScope: 'Job' });
  });
});
