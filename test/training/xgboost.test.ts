import { describe, expect, test } from '@jest/globals';
import { givenTo, masters, podOf, replicasOf, type Shape, settled, started } from './shapes.ts';

const specOf = (shape: Shape) => ({ xgbReplicaSpecs: replicasOf('xgboost', shape) });

describe('an XGBoostJob', () => {
  test('[training 9] the environment of each rank', () => {
    const world = settled('XGBoostJob', specOf({ Master: 1, Worker: 2 }));
    expect(world.names('Pod')).toEqual(['j-master-0', 'j-worker-0', 'j-worker-1']);
    expect(world.names('Service')).toEqual(['j']);
    for (const [rank, name] of ['j-master-0', 'j-worker-0', 'j-worker-1'].entries()) {
      expect(givenTo(world, name)).toEqual([
        ['MASTER_PORT', '9999'],
        ['MASTER_ADDR', 'j-master-0'],
        ['WORLD_SIZE', '3'],
        ['RANK', String(rank)],
        ['PYTHONUNBUFFERED', '1'],
        ['WORKER_PORT', '9999'],
        ['WORKER_ADDRS', 'j-worker-0,j-worker-1'],
      ]);
    }
    expect(masters(world)).toEqual(['j-master-0']);
    expect(podOf(world, 'j-worker-0').spec.dnsConfig?.searches).toEqual(['j.ns.svc.cluster.local']);
  });

  test.each<[string, Shape]>([
    ['a Master alone', { Master: 1 }],
    ['a Master and no Worker', { Master: {}, Worker: 0 }],
  ])('[training 9] %s has nobody to name', (_what, shape) => {
    const world = settled('XGBoostJob', specOf(shape));
    expect(givenTo(world, 'j-master-0').map(([name]) => name)).toEqual([
      'MASTER_PORT',
      'MASTER_ADDR',
      'WORLD_SIZE',
      'RANK',
      'PYTHONUNBUFFERED',
    ]);
  });

  test('[training 9] ports of one’s own are told, each role’s', () => {
    const at = (containerPort: number) => ({
      template: {
        spec: { containers: [{ name: 'xgboost', image: 'x:1', ports: [{ name: 'xgboostjob-port', containerPort }] }] },
      },
    });
    const world = settled('XGBoostJob', { xgbReplicaSpecs: { Master: at(9000), Worker: at(9001) } });
    expect(Object.fromEntries(givenTo(world, 'j-worker-0'))).toMatchObject({
      MASTER_PORT: '9000',
      WORKER_PORT: '9001',
    });
  });

  test('[training 9] the Master decides', () => {
    const world = started('XGBoostJob', specOf({ Master: 1, Worker: 2 }));
    expect(world.message('Running')).toBe('XGBoostJob j is running.');
    for (const worker of ['j-worker-0', 'j-worker-1']) world.exit(worker, 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    world.exit('j-master-0', 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=False', 'Succeeded=True']);
    expect(world.message('Succeeded')).toBe('XGBoostJob j is successfully completed.');
  });

  test('[training 13] Never is its default: a worker that fails fails the job', () => {
    const world = started('XGBoostJob', specOf({ Master: 1, Worker: 2 }));
    world.exit('j-worker-1', 1);
    world.settle();
    expect(world.message('Failed')).toBe('XGBoostJob j is failed because 1 Worker replica(s) failed.');
  });

  test('[training 15] OnFailure: a pod that was evicted is made again', () => {
    const worker = { replicas: 1, restartPolicy: 'OnFailure' };
    const world = started('XGBoostJob', specOf({ Master: 1, Worker: worker }));
    const before = podOf(world, 'j-worker-0').metadata.uid;
    world.phase('j-worker-0', 'Failed', { reason: 'Evicted' });
    world.settle();
    expect(podOf(world, 'j-worker-0').metadata.uid).not.toBe(before);
    expect(Object.fromEntries(givenTo(world, 'j-worker-0'))).toMatchObject({ RANK: '1' });
    expect(world.conditions).toEqual(['Created=True', 'Restarting=True']);
  });
});
