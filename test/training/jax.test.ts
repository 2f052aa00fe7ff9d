import { describe, expect, test } from '@jest/globals';
import type { EnvVar, PodSpec } from '../../src/api/pod-template.ts';
import { type JobSketch, running, World } from './world.ts';

const sketch = (more: JobSketch = {}): JobSketch => ({ kind: 'JAXJob', workers: 3, ...more });
const planned = (more: JobSketch = {}, options = {}): World => {
  const world = new World(sketch(more), options);
  world.settle();
  return world;
};
const pod = (world: World, name: string) =>
  world.children.find((child) => child.kind === 'Pod' && child.metadata.name === name)!;
const specOf = (world: World, name: string) => pod(world, name).spec as PodSpec;
const envOf = (world: World, name: string): Record<string, string | undefined> =>
  Object.fromEntries((specOf(world, name).containers[0]!.env ?? []).map(({ name, value }: EnvVar) => [name, value]));

describe('a JAXJob', () => {
  test('[training 11] three workers: pods, one Service, and where each process stands', () => {
    const world = planned();
    expect(world.names('Pod')).toEqual(['j-worker-0', 'j-worker-1', 'j-worker-2']);
    expect(world.names('Service')).toEqual(['j']);
    for (const index of [0, 1, 2]) {
      expect(envOf(world, `j-worker-${index}`)).toEqual({
        PYTHONUNBUFFERED: '1',
        ARMATURE_ATTEMPT: '1',
        COORDINATOR_PORT: '6666',
        COORDINATOR_ADDRESS: 'j-worker-0',
        NUM_PROCESSES: '3',
        PROCESS_ID: String(index),
      });
    }
    expect(specOf(world, 'j-worker-0').containers[0]?.ports).toEqual([{ name: 'jaxjob-port', containerPort: 6666 }]);
    expect(specOf(world, 'j-worker-0').restartPolicy).toBe('Never');
    expect(pod(world, 'j-worker-0').metadata.labels).toEqual({
      'training.kubeflow.org/job-name': 'j',
      'training.kubeflow.org/job-role': 'master',
      'training.kubeflow.org/operator-name': 'jaxjob-controller',
      'training.kubeflow.org/replica-index': '0',
      'training.kubeflow.org/replica-type': 'worker',
    });
    expect(pod(world, 'j-worker-1').metadata.labels).not.toHaveProperty(['training.kubeflow.org/job-role']);
  });

  test('a port of its own is what the others are told', () => {
    const container = { name: 'jax', image: 'jax:1', ports: [{ name: 'jaxjob-port', containerPort: 7777 }] };
    const jaxReplicaSpecs = { Worker: { template: { spec: { containers: [container] } } } };
    const world = planned({ spec: { jaxReplicaSpecs } as JobSketch['spec'] & object });
    expect(envOf(world, 'j-worker-0')).toMatchObject({ COORDINATOR_PORT: '7777', NUM_PROCESSES: '1' });
  });

  test('runs with its first pod, and succeeds with its last', () => {
    const world = running(sketch());
    expect(world.status.conditions?.at(-1)).toMatchObject({
      type: 'Running',
      reason: 'JAXJobRunning',
      message: 'JAXJob ns/j is running.',
    });
    world.exit('j-worker-0', 0);
    world.exit('j-worker-1', 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=True']);
    world.exit('j-worker-2', 0);
    world.settle();
    expect(world.conditions).toEqual(['Created=True', 'Running=False', 'Succeeded=True']);
    expect(world.message('Succeeded')).toBe('JAXJob ns/j successfully completed.');
    expect(world.status.replicaStatuses?.Worker).toMatchObject({ active: 0, succeeded: 3 });
  });

  test('a worker that fails fails the job, unless its policy says otherwise', () => {
    const world = running(sketch());
    world.exit('j-worker-1', 1);
    world.settle();
    expect(world.message('Failed')).toBe('JAXJob j is failed because 1 Worker replica(s) failed.');

    const patient = running(sketch({ restartPolicy: 'ExitCode' }));
    patient.exit('j-worker-1', 137);
    patient.settle();
    expect(patient.conditions).toEqual(['Created=True', 'Restarting=True']);
    expect(patient.names('Pod')).toHaveLength(3);
  });

  test('its counters name the framework, and no autoscaler is made', () => {
    const world = new World(sketch());
    expect(world.plan().counts).toContainEqual({
      counter: 'training_operator_jobs_created_total',
      labels: { job_namespace: 'ns', framework: 'jax' },
      by: 1,
    });
    world.settle();
    expect(world.names('HorizontalPodAutoscaler')).toEqual([]);
  });
});
