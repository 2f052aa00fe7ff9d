import { describe, expect, test } from '@jest/globals';
import { Chart, Size, Testing } from 'cdk8s';
import {
  Accelerator,
  AmdGpu,
  DistributedTrainingJob,
  Framework,
  NvidiaGpu,
  Platform,
  synthesize,
  TpuGeneration,
} from '../../src/constructs/index.ts';

function job(framework: Framework, platform: Platform) {
  const app = Testing.app();
  const chart = new Chart(app, 'test', { namespace: 'team-a' });
  new DistributedTrainingJob(chart, 'train', { framework, platform });
  return { objects: () => Testing.synth(chart) as unknown[], synth: () => synthesize(app) };
}

describe('a slice of machines', () => {
  const slice = Accelerator.tpu(TpuGeneration.V6E, { topology: '4x4' });

  test('is shared by one pod for each machine', () => {
    expect(job(Framework.jax({ image: 'jax:1', accelerator: slice, replicas: 4 }), Platform.gke()).synth).not.toThrow();
  });

  test('counts the pods of all roles that it is given to', () => {
    const framework = Framework.pytorch({ image: 'a:1', accelerator: slice, master: {}, workers: { replicas: 3 } });
    expect(job(framework, Platform.gke()).synth).not.toThrow();
  });

  test.each([
    [3, "[test/train] a v6e slice of 4x4 has 4 machines, but 3 pods would share them: set 'replicas' to 4"],
    [8, "set 'replicas' to 4, or 'slices' of the accelerator to 2"],
  ])('refuses %d pods', (replicas, message) => {
    expect(job(Framework.jax({ image: 'jax:1', accelerator: slice, replicas }), Platform.gke()).synth).toThrow(message);
  });

  test('names every role that may be changed', () => {
    const framework = Framework.pytorch({ image: 'a:1', accelerator: slice, master: {}, workers: { replicas: 4 } });
    expect(job(framework, Platform.gke()).synth).toThrow("set 'master.replicas' and 'workers.replicas' to 4 together");
  });
});

describe('an accelerator of a job', () => {
  test('is refused on a platform that does not offer it, once for all roles', () => {
    const framework = Framework.pytorch({
      image: 'a:1',
      accelerator: Accelerator.amd(AmdGpu.MI300X),
      master: {},
      workers: { replicas: 2 },
    });
    const { synth } = job(framework, Platform.gke());
    expect(synth).toThrow('[test/train] AMD MI300X is not offered on GKE: choose another accelerator');
    expect(synth).not.toThrow(/not offered.*\n.*not offered/);
  });

  test('that takes huge pages needs memory to be asked for', () => {
    const accelerator = Accelerator.gaudi('Gaudi 2', { hugePages: Size.gibibytes(21) });
    expect(job(Framework.jax({ image: 'jax:1', accelerator }), Platform.plain()).synth).toThrow(
      "'resources': Intel Gaudi 2 takes huge pages",
    );
    const framework = Framework.jax({
      image: 'jax:1',
      accelerator,
      resources: { memory: { limit: Size.gibibytes(64) } },
    });
    expect(job(framework, Platform.plain()).objects()).toMatchSnapshot();
  });

  test('is claimed through a template for each role', () => {
    const framework = Framework.pytorch({
      image: 'a:1',
      master: { accelerator: Accelerator.nvidia(NvidiaGpu.L4, { claim: true }) },
      workers: { replicas: 2, accelerator: Accelerator.nvidia(NvidiaGpu.H100, { count: 8, claim: true }) },
    });
    expect(job(framework, Platform.plain()).objects()).toMatchSnapshot();
  });
});
