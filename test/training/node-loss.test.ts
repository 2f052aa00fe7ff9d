import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/api/kube.ts';
import { nodesOfInterest } from '../../src/training/node-loss.ts';
import { jobOf, running, START, World } from './world.ts';

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const NOT_READY = 'node.kubernetes.io/not-ready';
const MARKED_AT = new Date(START).toISOString();

const node = (...taints: object[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1' },
  spec: { taints },
});
const noExecute = (key: string) => ({ key, effect: 'NoExecute', timeAdded: MARKED_AT });
const noSchedule = (key: string) => ({ key, effect: 'NoSchedule' });

function on(nodes: readonly KubeObject[], world: World = running()): World {
  world.children = world.children.map((child) =>
    child.metadata.name === 'j-worker-0' ? { ...child, spec: { ...(child.spec as object), nodeName: 'n1' } } : child,
  );
  world.nodes = [...nodes];
  return world;
}

/** A running job whose pods tolerate these taints, by their author's own word. */
function tolerating(...tolerations: object[]): World {
  const job = jobOf();
  const specs = job.spec.pytorchReplicaSpecs;
  const template = { spec: { ...specs.Worker?.template?.spec, tolerations } };
  const world = new World({
    ...job,
    spec: { ...job.spec, pytorchReplicaSpecs: { ...specs, Worker: { ...specs.Worker, template } } },
  } as never);
  world.settle();
  for (const name of world.names('Pod')) world.phase(name ?? '', 'Running');
  world.settle();
  return world;
}

const removed = (world: World) =>
  (world.plan().remove ?? []).map(({ object, gracePeriodSeconds }) => [object.metadata.name, gracePeriodSeconds]);

describe('a pod on a node that is lost', () => {
  test('is deleted by force as soon as the node is marked, said so, and replaced when gone', () => {
    const world = on([node(noSchedule(UNREACHABLE), noExecute(UNREACHABLE))]);
    const before = world.children.find(({ metadata }) => metadata.name === 'j-worker-0')?.metadata.uid;
    expect(removed(world)).toEqual([['j-worker-0', 0]]);
    expect(world.plan().events).toContainEqual({
      type: 'Warning',
      reason: 'NodeLost',
      message: 'node n1 does not answer; replacing j-worker-0',
    });
    world.settle();
    const after = world.children.find(({ metadata }) => metadata.name === 'j-worker-0')?.metadata.uid;
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
    expect(world.status.replicaStatuses?.Worker?.restarts).toBeUndefined();
  });

  test.each([
    ['a mark that only keeps new pods away', noSchedule(UNREACHABLE)],
    ['a kubelet that answers, though badly', noExecute(NOT_READY)],
    ['somebody’s own taint', noExecute('example.org/maintenance')],
  ])('is left alone: %s', (_what, taint) => {
    expect(removed(on([node(taint)]))).toEqual([]);
  });

  test.each(['Succeeded', 'Failed'])('is not touched for it once it has %s', (phase) => {
    const world = on([node(noExecute(UNREACHABLE))], running({ restartPolicy: 'OnFailure' }));
    world.phase('j-worker-0', phase);
    expect(removed(world).filter(([, grace]) => grace === 0)).toEqual([]);
  });

  test.each([
    ['for a time', { key: UNREACHABLE, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }, 60],
    ['for ever', { key: UNREACHABLE, operator: 'Exists' }, undefined],
    ['whatever happens', { operator: 'Exists' }, undefined],
    ['something else', { key: NOT_READY, operator: 'Exists' }, 0],
    ['only being placed there', { key: UNREACHABLE, operator: 'Exists', effect: 'NoSchedule' }, 0],
  ])('its author’s toleration counts: %s', (_what, toleration, seconds) => {
    const world = on([node(noExecute(UNREACHABLE))], tolerating(toleration));
    if (seconds !== 0) {
      expect(removed(world)).toEqual([]);
      expect(world.plan().wakeAt).toBe(seconds && START + seconds * 1000);
    }
    world.now = START + (seconds ?? 1_000_000) * 1000;
    expect(removed(world)).toEqual(seconds === undefined ? [] : [['j-worker-0', 0]]);
  });

  test('stays with a job that has ended', () => {
    const world = on([node(noExecute(UNREACHABLE))]);
    world.exit('j-master-0', 0);
    world.settle();
    expect(world.conditions).toContain('Succeeded=True');
    expect(removed(world)).toEqual([]);
  });
});

describe('a pod that lingers in its deletion', () => {
  const due = START + 40_000;

  test.each([
    ['is gone', [], true],
    ['answers badly', [node(noSchedule(NOT_READY))], true],
    ['is healthy', [node()], false],
  ] as const)('on a node that %s', (_node, nodes, lost) => {
    const world = on(nodes);
    world.evict('j-worker-0');
    expect(world.plan().wakeAt).toBe(due);
    expect(removed(world)).toEqual([]);
    world.now = due;
    expect(removed(world)).toEqual(lost ? [['j-worker-0', 0]] : []);
  });

  test('is not given its grace on a node that is lost: nobody is there to honour it', () => {
    const world = on([node(noExecute(UNREACHABLE))]);
    world.evict('j-worker-0');
    expect(removed(world)).toEqual([['j-worker-0', 0]]);
  });

  test('is forced once; what holds it then is somebody’s finalizer', () => {
    const world = on([node(noExecute(UNREACHABLE))]);
    world.evict('j-worker-0');
    world.children = world.children.map((child) =>
      child.metadata.deletionTimestamp
        ? { ...child, metadata: { ...child.metadata, deletionGracePeriodSeconds: 0 } }
        : child,
    );
    expect(removed(world)).toEqual([]);
    expect(world.plan().wakeAt).toBeUndefined();
  });
});

test('only the nodes of unfinished and of leaving pods are looked up', () => {
  const pod = (nodeName: string | undefined, phase: string, deletionTimestamp?: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ...(deletionTimestamp && { deletionTimestamp }) },
    spec: nodeName ? { nodeName } : {},
    status: { phase },
  });
  const children = [
    pod('a', 'Running'),
    pod('a', 'Running'),
    pod('b', 'Pending'),
    pod(undefined, 'Pending'),
    pod('c', 'Succeeded'),
    pod('d', 'Succeeded', MARKED_AT),
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } },
  ];
  expect(nodesOfInterest(children)).toEqual(['a', 'b', 'd']);
});
