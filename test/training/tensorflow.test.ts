import { describe, expect, test } from '@jest/globals';
import { givenTo, masters, podOf, replicasOf, type Shape, settled, started } from './shapes.ts';
import type { World } from './world.ts';

const specOf = (shape: Shape, more = {}) => ({ tfReplicaSpecs: replicasOf('tensorflow', shape), ...more });
const planned = (shape: Shape, more = {}, options = {}) => settled('TFJob', specOf(shape, more), options);
const running = (shape: Shape, more = {}) => started('TFJob', specOf(shape, more));
const configOf = (world: World, pod: string) => givenTo(world, pod).find(([name]) => name === 'TF_CONFIG')?.[1];

describe('the pods of a TFJob', () => {
  test('[training 7] TF_CONFIG of each pod, byte for byte, with hosts that the job’s one Service resolves', () => {
    const world = planned({ Chief: 1, PS: 2, Worker: 2 });
    expect(world.names('Pod')).toEqual(['j-chief-0', 'j-worker-0', 'j-worker-1', 'j-ps-0', 'j-ps-1']);
    expect(world.names('Service')).toEqual(['j']);
    const cluster =
      '{"chief":["j-chief-0.j.ns.svc:2222"],' +
      '"ps":["j-ps-0.j.ns.svc:2222","j-ps-1.j.ns.svc:2222"],' +
      '"worker":["j-worker-0.j.ns.svc:2222","j-worker-1.j.ns.svc:2222"]}';
    const config = (type: string, index: number) =>
      `{"cluster":${cluster},"task":{"type":"${type}","index":${index}},"environment":"cloud"}`;
    expect(configOf(world, 'j-chief-0')).toBe(config('chief', 0));
    expect(configOf(world, 'j-ps-1')).toBe(config('ps', 1));
    expect(configOf(world, 'j-worker-1')).toBe(config('worker', 1));
    const { hostname, subdomain } = podOf(world, 'j-ps-1').spec;
    expect(`${hostname}.${subdomain}`).toBe('j-ps-1.j');
  });

  test('[training 7] with a Service for each pod the hosts are upstream’s; a named domain is appended', () => {
    const one = planned({ Worker: 2 }, {}, { servicePerPod: true });
    expect(configOf(one, 'j-worker-1')).toBe(
      '{"cluster":{"worker":["j-worker-0.ns.svc:2222","j-worker-1.ns.svc:2222"]},' +
        '"task":{"type":"worker","index":1},"environment":"cloud"}',
    );
    const other = planned({ Worker: 2 }, {}, { servicePerPod: true, clusterDomain: 'example.org' });
    expect(configOf(other, 'j-worker-0')).toContain('"j-worker-0.ns.svc.example.org:2222"');
  });

  test.each(['Chief', 'Worker'])('[training 7] a job of one %s has no TF_CONFIG', (type) => {
    const world = planned({ [type]: 1 });
    expect(givenTo(world, `j-${type.toLowerCase()}-0`)).toEqual([]);
  });

  test('[training 7] dynamic workers are told only what does not change', () => {
    const world = planned({ Chief: 1, PS: 2, Worker: 2 }, { enableDynamicWorker: true });
    expect(configOf(world, 'j-worker-1')).toBe(
      '{"cluster":{"worker":{"1":"j-worker-1.j.ns.svc:2222"},' +
        '"ps":["j-ps-0.j.ns.svc:2222","j-ps-1.j.ns.svc:2222"]},"task":{"type":"worker","index":1}}',
    );
    expect(configOf(world, 'j-ps-1')).toBe(
      '{"cluster":{"worker":{},"ps":["j-ps-1.j.ns.svc:2222"]},"task":{"type":"ps","index":1}}',
    );
    expect(configOf(world, 'j-chief-0')).toBe('{"cluster":{"worker":{},"ps":[]},"task":{"type":"chief","index":0}}');
  });

  test('[training 7] only the container of TensorFlow is told', () => {
    const containers = [
      { name: 'log-shipper', image: 'ship:1', env: [{ name: 'A', value: '1' }] },
      { name: 'tensorflow', image: 'train:1', ports: [{ name: 'tfjob-port', containerPort: 3333 }] },
    ];
    const world = settled('TFJob', { tfReplicaSpecs: { Worker: { replicas: 2, template: { spec: { containers } } } } });
    const [shipper, main] = podOf(world, 'j-worker-0').spec.containers;
    expect(shipper?.env).toEqual([{ name: 'A', value: '1' }]);
    expect(main?.env?.[0]?.value).toContain('"j-worker-1.j.ns.svc:3333"');
  });

  test.each<[Shape, readonly string[]]>([
    [{ Chief: 1, Worker: 2 }, ['j-chief-0']],
    [{ Master: 1, Worker: 1 }, ['j-master-0']],
    [{ Worker: 2, PS: 1, Evaluator: 1 }, ['j-worker-0']],
  ])('[training 7] of %j, %j carries the role of the master', (shape, expected) => {
    expect(masters(planned(shape))).toEqual(expected);
  });

  test('[training 20] a key in lower case means the same; what is missing has the kind’s defaults', () => {
    const world = planned({ worker: {}, ps: { replicas: 1 } });
    expect(world.names('Pod')).toEqual(['j-worker-0', 'j-ps-0']);
    const { restartPolicy, containers } = podOf(world, 'j-worker-0').spec;
    expect(restartPolicy).toBe('Never');
    expect(containers[0]?.ports).toEqual([{ name: 'tfjob-port', containerPort: 2222 }]);
    expect(Object.keys(world.status.replicaStatuses ?? {})).toEqual(['Worker', 'PS']);
  });

  test('its counters name the framework, and no autoscaler is made', () => {
    const world = planned({ Worker: 2 });
    expect(world.names('HorizontalPodAutoscaler')).toEqual([]);
    expect(started('TFJob', specOf({ Worker: 1 })).kind.framework).toBe('tensorflow');
  });
});

describe('the end of a TFJob', () => {
  test('[training 8] without a Chief it is done when worker 0 is', () => {
    const world = running({ Worker: 2, PS: 1 });
    expect(world.message('Running')).toBe('TFJob ns/j is running.');
    world.exit('j-worker-1', 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    world.exit('j-worker-0', 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=False', 'Succeeded=True']);
    expect(world.message('Succeeded')).toBe('TFJob ns/j successfully completed.');
    expect(world.status.completionTime).toBeDefined();
  });

  test('[training 8] worker 0 is enough, whatever the others do', () => {
    const world = running({ Worker: 3 });
    world.exit('j-worker-0', 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=False', 'Succeeded=True']);
    expect(world.status.replicaStatuses?.Worker).toMatchObject({ active: 0, succeeded: 3 });
  });

  test('[training 8] with AllWorkers it is done when all of them are', () => {
    const world = running({ Worker: 2 }, { successPolicy: 'AllWorkers' });
    world.exit('j-worker-0', 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    world.exit('j-worker-1', 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=False', 'Succeeded=True']);
  });

  test.each(['Chief', 'Master'])('[training 8] a %s decides alone, whatever the policy', (leader) => {
    const world = running({ [leader]: 1, Worker: 2 }, { successPolicy: 'AllWorkers' });
    for (const worker of ['j-worker-0', 'j-worker-1']) world.exit(worker, 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    world.exit(`j-${leader.toLowerCase()}-0`, 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=False', 'Succeeded=True']);
  });

  test('[training 13] Never: any pod that fails fails the job', () => {
    const world = running({ Chief: 1, Worker: 2, Evaluator: 1 });
    world.exit('j-evaluator-0', 1);
    world.settle();
    expect(world.status.conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'TFJobFailed',
      message: 'TFJob ns/j has failed because 1 Evaluator replica(s) failed.',
    });
  });

  test('[training 12] ExitCode: a signal brings the parameter server back, an error of its own is final', () => {
    const world = running({ PS: { replicas: 1, restartPolicy: 'ExitCode' }, Worker: 1 });
    world.exit('j-ps-0', 137);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Restarting=True']);
    expect(world.names('Pod')).toContain('j-ps-0');
    world.exit('j-ps-0', 1);
    world.settle();
    expect(world.message('Failed')).toBe('job "j" is failing because "PS" replica(s) failed.');
  });

  test('dynamic workers may fail while a Chief goes on', () => {
    const world = running({ Chief: 1, Worker: 2 }, { enableDynamicWorker: true });
    for (const worker of ['j-worker-0', 'j-worker-1']) world.exit(worker, 1);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    world.exit('j-chief-0', 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=False', 'Succeeded=True']);
  });

  test('dynamic workers without a Chief may fail until the last of them', () => {
    const world = running({ PS: 1, Worker: 2 }, { enableDynamicWorker: true });
    world.exit('j-worker-0', 1);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    world.exit('j-worker-1', 0);
    world.settle();
    expect(world.message('Failed')).toBe('TFJob ns/j has failed because 1 Worker replica(s) failed.');
  });

  test('a parameter server of dynamic workers may not fail', () => {
    const world = running({ PS: 1, Worker: 2 }, { enableDynamicWorker: true });
    world.exit('j-ps-0', 1);
    world.settle();
    expect(world.message('Failed')).toBe('TFJob ns/j has failed because 1 PS replica(s) failed.');
  });
});
