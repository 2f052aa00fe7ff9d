import { describe, expect, test } from '@jest/globals';
import { formsOf, nameTable } from '../../src/embedded/node/names/hosts.ts';
import type { Pod, Service } from '../../src/embedded/node/pod-types.ts';
import { JOB_KINDS } from '../../src/training/kinds/index.ts';
import { jobOf, World } from './world.ts';

const A_POD = /\bj-[a-z]+-\d+(?:\.[a-z0-9.]*[a-z0-9])?/g;

/** What the cluster's DNS would answer a pod, before any pod is ready: pod names by the names that lead to them. */
function namesSeenBy(pod: Pod, world: World): ReadonlyMap<string, readonly string[]> {
  const ofKind = (kind: string) => world.children.filter((child) => child.kind === kind) as never[];
  const view = {
    pods: ofKind('Pod') as Pod[],
    services: ofKind('Service') as Service[],
    podAddress: ({ metadata }: Pod) => metadata.name,
    serviceAddress: () => undefined,
  };
  const forms = [...nameTable(view, true)].flatMap(([name, pods]) =>
    formsOf(name, 'ns', pod.spec.dnsConfig?.searches).map((form) => [form, pods] as const),
  );
  return new Map(forms);
}

const kinds = JOB_KINDS.map(({ kind }) => kind.kind);

describe.each(kinds)('the hosts that the pods of a %s are told', (kind) => {
  test.each([
    ['the job’s one Service', false],
    ['a Service for each pod', true],
  ])('lead to those pods by %s', (_by, servicePerPod) => {
    const world = new World(jobOf({ kind, workers: 2, others: true }), { servicePerPod });
    world.settle();
    const pods = world.children.filter((child) => child.kind === 'Pod') as Pod[];
    const files = world.children.flatMap((child) =>
      Object.values((child as { data?: Record<string, string> }).data ?? {}),
    );
    const told = pods.flatMap((pod) => {
      const seen = namesSeenBy(pod, world);
      const values = pod.spec.containers.flatMap(({ env = [] }) => env.map(({ value = '' }) => value));
      return [...values, ...files]
        .flatMap((value) => value.match(A_POD) ?? [])
        .map((host) => ({ host, leadsTo: seen.get(host) }));
    });
    expect(told.length).toBeGreaterThan(0);
    for (const { host, leadsTo } of told) expect({ host, leadsTo }).toEqual({ host, leadsTo: [host.split('.')[0]] });
  });
});
