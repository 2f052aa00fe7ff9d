import { describe, expect, test } from '@jest/globals';
import { givenTo, masters, podOf, replicasOf, type Shape, settled, started } from './shapes.ts';

const specOf = (shape: Shape, more = {}) => ({ paddleReplicaSpecs: replicasOf('paddle', shape), ...more });
const METRICS = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }];
const OWN_IP = { name: 'POD_IP_DUMMY', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };

describe('a PaddleJob', () => {
  test('[training 10] workers alone meet at worker 0, which calls itself by its IP', () => {
    const world = settled('PaddleJob', specOf({ Worker: 2 }));
    expect(podOf(world, 'j-worker-0').spec.containers[0]?.env?.slice(0, -1)).toEqual([
      { name: 'PYTHONUNBUFFERED', value: '1' },
      { name: 'PADDLE_JOB_ID', value: 'j' },
      { name: 'PADDLE_NNODES', value: '2' },
      OWN_IP,
      { name: 'PADDLE_MASTER', value: '$(POD_IP_DUMMY):36543' },
    ]);
    expect(givenTo(world, 'j-worker-1')).toEqual([
      ['PYTHONUNBUFFERED', '1'],
      ['PADDLE_JOB_ID', 'j'],
      ['PADDLE_NNODES', '2'],
      ['PADDLE_MASTER', 'j-worker-0:36543'],
    ]);
    expect(masters(world)).toEqual([]);
    expect(podOf(world, 'j-worker-0').spec.restartPolicy).toBe('OnFailure');
  });

  test('[training 10] a Master makes them trainers with parameter servers', () => {
    const world = settled('PaddleJob', specOf({ Master: 2, Worker: 2 }));
    expect(podOf(world, 'j-master-0').spec.containers[0]?.env?.slice(2, -1)).toEqual([
      { name: 'PADDLE_NNODES', value: '4' },
      OWN_IP,
      { name: 'PADDLE_MASTER', value: '$(POD_IP_DUMMY):36543' },
      { name: 'PADDLE_SERVER_NUM', value: '1' },
    ]);
    expect(givenTo(world, 'j-master-1').slice(3)).toEqual([
      ['PADDLE_MASTER', 'j-master-0:36543'],
      ['PADDLE_SERVER_NUM', '1'],
    ]);
    expect(givenTo(world, 'j-worker-0').slice(3)).toEqual([
      ['PADDLE_MASTER', 'j-master-0:36543'],
      ['PADDLE_TRAINER_NUM', '1'],
    ]);
    expect(masters(world)).toEqual(['j-master-0', 'j-master-1']);
  });

  test('[training 10] workers alone are done when all of them are', () => {
    const world = started('PaddleJob', specOf({ Worker: 2 }));
    expect(world.message('Running')).toBe('PaddleJob ns/j is running.');
    world.exit('j-worker-0', 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    world.exit('j-worker-1', 0);
    world.settle();
    expect(world.message('Succeeded')).toBe('PaddleJob ns/j successfully completed.');
  });

  test('[training 10] Masters decide where there are any', () => {
    const world = started('PaddleJob', specOf({ Master: 1, Worker: 2 }));
    expect(world.message('Running')).toBe('PaddleJob j is running.');
    world.exit('j-master-0', 0);
    world.settle();
    expect(world.message('Succeeded')).toBe('PaddleJob j is successfully completed.');
  });

  test('[training 12] a worker that a signal ended comes back; an error of its own is final', () => {
    const world = started('PaddleJob', specOf({ Worker: { replicas: 2, restartPolicy: 'ExitCode' } }));
    world.exit('j-worker-1', 143);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Restarting=True']);
    world.exit('j-worker-1', 1);
    world.settle();
    expect(world.message('Failed')).toBe('job "j" is failing because "Worker" replica(s) failed.');
  });

  test('an elastic job with metrics gets an autoscaler, which a suspension takes away', () => {
    const elasticPolicy = { minReplicas: 1, maxReplicas: 4, metrics: METRICS };
    const world = started('PaddleJob', specOf({ Worker: 2 }, { elasticPolicy }));
    const autoscaler = world.children.find(({ kind }) => kind === 'HorizontalPodAutoscaler');
    expect(autoscaler?.spec).toEqual({
      scaleTargetRef: { apiVersion: 'kubeflow.org/v1', kind: 'PaddleJob', name: 'j' },
      minReplicas: 1,
      maxReplicas: 4,
      metrics: METRICS,
    });
    expect(world.status.replicaStatuses?.Worker?.selector).toContain('replica-type=worker');
    world.edit({ suspend: true });
    world.settle();
    expect(world.names('HorizontalPodAutoscaler')).toEqual([]);
  });

  test('where workers meet at an etcd they may come and go; elsewhere their number is told as it is', () => {
    const env = [{ name: 'PADDLE_MASTER', value: 'etcd://etcd.ml.svc:2379' }];
    const template = { spec: { containers: [{ name: 'paddle', image: 'p:1', env }] } };
    const elasticPolicy = { minReplicas: 2, maxReplicas: 4, maxRestarts: 5 };
    const world = settled('PaddleJob', { paddleReplicaSpecs: { Worker: { replicas: 2, template } }, elasticPolicy });
    for (const pod of ['j-worker-0', 'j-worker-1']) {
      expect(givenTo(world, pod)).toEqual([
        ['PADDLE_MASTER', 'etcd://etcd.ml.svc:2379'],
        ['PYTHONUNBUFFERED', '1'],
        ['PADDLE_JOB_ID', 'j'],
        ['PADDLE_NNODES', '2:4'],
        ['PADDLE_MAX_RESTART', '5'],
      ]);
    }
    const other = settled('PaddleJob', specOf({ Worker: 2 }, { elasticPolicy }));
    expect(givenTo(other, 'j-worker-1')).toContainEqual(['PADDLE_NNODES', '2']);
  });
});
