import { afterAll, describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { NODE, POD, PYTORCH_JOB } from '../../src/api/kinds.ts';
import { conditionOf, type KubeObject } from '../../src/api/kube.ts';
import {
  Accelerator,
  Capacity,
  Cpu,
  DistributedTrainingJob,
  Framework,
  MlPlatform,
  type NodePool,
  NvidiaGpu,
  synthesize,
} from '../../src/constructs/index.ts';
import { eventually, stays } from '../support/eventually.ts';
import { usePlatform } from '../support/platform.ts';

const PREFIX = 'pooled';
const KWOK = { key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' } as const;
const GPUS = Accelerator.nvidia(NvidiaGpu.H100, { count: 8 });
const LABEL = 'example.com/pool';

const pool = (name: string, more: Partial<NodePool> = {}) =>
  ({
    name,
    count: 1,
    accelerators: [GPUS],
    allocatable: { cpu: Cpu.units(32) },
    labels: { [LABEL]: name },
    taints: [KWOK, { key: 'example.com/dedicated', value: name, effect: 'NoSchedule' as const }],
    ...more,
  }) as NodePool;
const POOLS = [pool('east'), pool('west'), pool('spot', { capacity: Capacity.spot() })];

/** A node of a pool, as the cloud and feature discovery would make it. */
const nodeOf = ({ name, labels = {}, taints = [] }: NodePool): KubeObject => {
  const resources = { cpu: '32', memory: '256Gi', pods: '110', 'nvidia.com/gpu': '8' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `${PREFIX}-${name}`,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: { ...labels, 'nvidia.com/gpu.product': GPUS.name, 'kubernetes.io/hostname': `${PREFIX}-${name}` },
    },
    spec: { taints },
    status: { allocatable: resources, capacity: resources },
  } as KubeObject;
};

/** Registered before the platform's own, which ends the client. */
afterAll(async () => {
  for (const { name } of POOLS) await platform.api.delete(NODE, undefined, `${PREFIX}-${name}`);
});
const platform = usePlatform();

/** The job as the constructs make it for a cluster of these pools. @throws what synthesis refuses */
function jobOf(namespace: string, replicas: number, nodePools: readonly NodePool[] = POOLS): KubeObject {
  const app = new App();
  new MlPlatform(new Chart(app, 'platform'), 'Platform', { nodePools });
  new DistributedTrainingJob(new Chart(app, 'team', { namespace }), 'j', {
    framework: Framework.pytorch({ image: 'train:1', accelerator: GPUS, workers: { replicas } }),
  });
  const objects = synthesize(app).flatMap(({ objects: found }) => found.map((object) => object.toJson() as KubeObject));
  return objects.find(({ kind }) => kind === 'PyTorchJob') as KubeObject;
}

describe('node pools that the platform says', () => {
  test('are where kube-scheduler puts the pods; and what synthesis refuses, it cannot place', async () => {
    const { api } = platform;
    for (const each of POOLS) await api.create(NODE, nodeOf(each));
    const namespace = await platform.namespace();
    await api.create(PYTORCH_JOB, jobOf(namespace, 2));
    const pods = () => api.list(POD, namespace);
    const placed = await eventually('two running pods', async () => {
      const found = await pods();
      return found.length === 2 && found.every(({ status }) => status.phase === 'Running') && found;
    });
    expect(placed.map(({ spec }) => spec.nodeName).sort()).toEqual([`${PREFIX}-east`, `${PREFIX}-west`]);

    expect(() => jobOf(namespace, 3)).toThrow("only 2 of the job's 3 pods find a place at once");
    const larger = jobOf(namespace, 3, [...POOLS, pool('more')]);
    await api.patch(PYTORCH_JOB, namespace, 'j', { spec: { ...(larger.spec as object) } });
    const third = await eventually('a pod without a place', async () => {
      const found = await pods();
      return found.find((pod) => conditionOf(pod, 'PodScheduled')?.reason === 'Unschedulable');
    });
    await stays(
      'a pod that has no place',
      async () => (await api.get(POD, namespace, third.metadata.name ?? ''))?.spec.nodeName === undefined,
      1500,
    );
  }, 90_000);
});
