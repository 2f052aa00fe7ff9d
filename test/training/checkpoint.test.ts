import { describe, expect, test } from '@jest/globals';
import type { PyTorchJobSpec } from '../../src/api/kubeflow-org.ts';
import { JOB_KINDS } from '../../src/training/kinds/index.ts';
import { podOf } from './shapes.ts';
import { type JobSketch, running, World } from './world.ts';

type RunPolicy = NonNullable<PyTorchJobSpec['runPolicy']>;
type Checkpoint = NonNullable<RunPolicy['checkpoint']>;

const settled = (checkpoint: Checkpoint, more: JobSketch = {}) => {
  const world = new World({ ...more, runPolicy: { checkpoint, ...more.runPolicy } });
  world.settle();
  return world;
};
const mainOf = (world: World, name = 'j-worker-0') => podOf(world, name).spec.containers[0];
const envOf = (world: World, name = 'j-worker-0') =>
  Object.fromEntries((mainOf(world, name)?.env ?? []).map(({ name, value }) => [name, value]));
const OWN = { claim: { size: '10Gi' } };

describe.each(JOB_KINDS.map(({ kind }) => kind.kind))('a %s with a checkpoint', (kind) => {
  test('gets a claim of its own, which every pod mounts', () => {
    const world = settled({ claim: { size: '10Gi', storageClassName: 'shared' } }, { kind });
    expect(world.children.find((child) => child.kind === 'PersistentVolumeClaim')).toMatchObject({
      metadata: { name: 'j-checkpoints', ownerReferences: [{ kind, name: 'j', controller: true }] },
      spec: {
        accessModes: ['ReadWriteMany'],
        resources: { requests: { storage: '10Gi' } },
        storageClassName: 'shared',
      },
    });
    for (const name of world.names('Pod')) {
      const claimed = { name: 'checkpoints', persistentVolumeClaim: { claimName: 'j-checkpoints' } };
      expect(podOf(world, name ?? '').spec.volumes).toContainEqual(claimed);
      expect(mainOf(world, name)?.volumeMounts).toContainEqual({ name: 'checkpoints', mountPath: '/checkpoints' });
      expect(envOf(world, name)).toMatchObject({
        CHECKPOINT_DIR: '/checkpoints/j',
        CHECKPOINT_RESUME: 'auto',
        CHECKPOINT_GRACE_SECONDS: '30',
      });
    }
  });
});

describe('the place for checkpoints', () => {
  test('may be a claim that is there, at a path of choice, and is then not made', () => {
    const world = settled({ claimName: 'team', path: '/state/', resume: 'never', gracePeriodSeconds: 120 });
    expect(world.names('PersistentVolumeClaim')).toEqual([]);
    expect(mainOf(world)?.volumeMounts).toEqual([{ name: 'checkpoints', mountPath: '/state/' }]);
    expect(podOf(world, 'j-worker-0').spec).toMatchObject({
      terminationGracePeriodSeconds: 120,
      volumes: [{ name: 'checkpoints', persistentVolumeClaim: { claimName: 'team' } }],
    });
    expect(envOf(world)).toMatchObject({
      CHECKPOINT_DIR: '/state/j',
      CHECKPOINT_RESUME: 'never',
      CHECKPOINT_GRACE_SECONDS: '120',
    });
  });

  test('may be an object store, with its server and a Secret with the keys to it', () => {
    const world = settled({ uri: 's3://runs/nlp/', endpoint: 'http://s3.svc:9000', secretName: 'keys' });
    expect(envOf(world)).toMatchObject({ CHECKPOINT_DIR: 's3://runs/nlp/j', AWS_ENDPOINT_URL: 'http://s3.svc:9000' });
    expect(mainOf(world)).toMatchObject({ envFrom: [{ secretRef: { name: 'keys' } }] });
    expect(mainOf(world)).not.toHaveProperty('volumeMounts');
    expect(podOf(world, 'j-worker-0').spec).not.toHaveProperty('volumes');
  });

  test('leaves alone what the author of the job has set: a mount at the path, and the grace', () => {
    const container = { name: 'pytorch', image: 'i', volumeMounts: [{ name: 'mine', mountPath: '/checkpoints' }] };
    const template = { spec: { containers: [container], terminationGracePeriodSeconds: 7 } };
    const world = settled(
      { claimName: 'team', gracePeriodSeconds: 60 },
      {
        spec: {
          pytorchReplicaSpecs: { Worker: { template } },
          runPolicy: { checkpoint: { claimName: 'team', gracePeriodSeconds: 60 } },
        },
      },
    );
    expect(mainOf(world)?.volumeMounts).toEqual(container.volumeMounts);
    expect(podOf(world, 'j-worker-0').spec.terminationGracePeriodSeconds).toBe(7);
    expect(envOf(world).CHECKPOINT_GRACE_SECONDS).toBe('7');
  });

  test('is the same for every attempt', () => {
    const world = running({ restartPolicy: 'OnFailure', runPolicy: { restartScope: 'Job', checkpoint: OWN } });
    const before = envOf(world);
    world.exit('j-worker-0', 1);
    world.settle();
    world.reap();
    world.settle();
    expect(envOf(world)).toEqual({ ...before, ARMATURE_ATTEMPT: '2', TORCHELASTIC_RESTART_COUNT: '1' });
  });

  test.each([
    ['suspended', (world: World) => world.edit({ suspend: true })],
    ['succeeded', (world: World) => world.exit('j-master-0', 0)],
    [
      'without a checkpoint from now on',
      (world: World) => {
        const { checkpoint: _, ...runPolicy } = world.job.spec.runPolicy ?? {};
        world.job = { ...world.job, spec: { ...world.job.spec, runPolicy } };
      },
    ],
  ])('is kept when the job is %s', (_, end) => {
    const world = running({ runPolicy: { checkpoint: OWN, cleanPodPolicy: 'All' } });
    end(world);
    world.settle();
    world.reap();
    world.settle();
    expect(world.names('PersistentVolumeClaim')).toEqual(['j-checkpoints']);
    const deleted = world.writes.filter(({ verb }) => verb === 'delete');
    expect(deleted).not.toContainEqual(
      expect.objectContaining({ object: expect.objectContaining({ kind: 'PersistentVolumeClaim' }) }),
    );
  });

  test('is not made for a job that waits for its turn', () => {
    expect(settled(OWN, { runPolicy: { suspend: true, checkpoint: OWN } }).names('PersistentVolumeClaim')).toEqual([]);
  });
});
