/** Fake nodes: kwok plays the kubelet, and pods end as their annotations say. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { NODE } from '../api/kinds.ts';
import type { KubeObject } from '../api/kube.ts';
import type { KubeClient } from '../runtime/client.ts';
import { ensure } from './admin.ts';
import type { Binaries } from './binaries.ts';
import { type ClusterState, networkOf } from './layout.ts';
import type { ClusterPaths } from './paths.ts';

/** Ends a pod on a fake node with this exit code; without it, a pod keeps running. */
export const EXIT_CODE = 'armature.dev/kwok-exit-code';
/** Seconds (decimals allowed) a pod with {@link EXIT_CODE} runs first; default 0. */
export const RUN_SECONDS = 'armature.dev/kwok-run-seconds';
export const FAKE_TAINT = { key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' } as const;
const PARALLEL = 4;
const TUNED_PARALLEL = 64;

const annotation = (name: string) => `.metadata.annotations["${name}"]`;

const SHIPPED = ['node/fast/node-initialize', 'pod/fast/pod-ready', 'pod/fast/pod-complete', 'pod/fast/pod-delete'];

interface Stage {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly selector: { matchExpressions: object[] } };
}

/**
 * kwok's own stages and ours. A pod that says how it ends is left alone by the stage that completes pods of Jobs. A pod
 * that is deleted while somebody holds it by a finalizer fails first, as a kubelet reports it: a Job that replaces failed
 * pods only lets go of it then.
 */
export function stages(shipped: readonly Stage[]): object[] {
  for (const { metadata, spec } of shipped) {
    const more = MORE[metadata.name];
    if (more) spec.selector.matchExpressions.push(more);
  }
  return [...shipped, endStage(), failStage()];
}

/** What the shipped stages ask besides. */
const MORE: Readonly<Record<string, object>> = {
  'pod-complete': { key: annotation(EXIT_CODE), operator: 'DoesNotExist' },
  'pod-delete': { key: '.metadata.finalizers', operator: 'DoesNotExist' },
};

function failStage(): object {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name: 'armature-pod-fail' },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: 'Pod' },
      selector: {
        matchExpressions: [
          { key: '.metadata.deletionTimestamp', operator: 'Exists' },
          { key: '.metadata.finalizers', operator: 'Exists' },
          { key: '.status.phase', operator: 'In', values: ['Pending', 'Running'] },
        ],
      },
      next: { statusTemplate: 'phase: Failed\n' },
    },
  };
}

function endStage(): object {
  const code = `index .metadata.annotations "${EXIT_CODE}"`;
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name: 'armature-pod-end' },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: 'Pod' },
      selector: {
        matchExpressions: [
          { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' },
          { key: '.status.phase', operator: 'In', values: ['Running'] },
          { key: annotation(EXIT_CODE), operator: 'Exists' },
        ],
      },
      delay: { durationFrom: { expressionFrom: `(${annotation(RUN_SECONDS)} // "0") + "s"` } },
      next: {
        statusTemplate: `{{ $now := Now }}
{{ $root := . }}
{{ $code := ${code} }}
conditions:
- lastTransitionTime: {{ $now | Quote }}
  status: "False"
  type: Ready
- lastTransitionTime: {{ $now | Quote }}
  status: "False"
  type: ContainersReady
containerStatuses:
{{ range $index, $item := .spec.containers }}
- image: {{ $item.image | Quote }}
  name: {{ $item.name | Quote }}
  ready: false
  restartCount: 0
  started: false
  state:
    terminated:
      exitCode: {{ $code }}
      finishedAt: {{ $now | Quote }}
      reason: {{ if eq $code "0" }}Completed{{ else }}Error{{ end }}
      startedAt: {{ $root.status.startTime | Quote }}
{{ end }}
phase: {{ if eq $code "0" }}Succeeded{{ else }}Failed{{ end }}
`,
      },
    },
  };
}

/** Prepares kwok's configuration. @returns its command line. */
export async function prepareKwok(programs: Binaries, paths: ClusterPaths, state: ClusterState): Promise<string[]> {
  const read = async (stage: string) =>
    parse(await readFile(join(programs.stages!, 'kustomize', 'stage', `${stage}.yaml`), 'utf8')) as Stage;
  const parallel = state.tuned ? TUNED_PARALLEL : PARALLEL;
  const options = {
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokConfiguration',
    options: {
      podPlayStageParallelism: parallel,
      nodePlayStageParallelism: parallel,
      nodeLeaseParallelism: parallel,
      nodeLeaseDurationSeconds: 40,
    },
  };
  const documents = [options, ...stages(await Promise.all(SHIPPED.map(read)))];
  const config = join(paths.config, 'kwok.yaml');
  await writeFile(config, documents.map((document) => stringify(document)).join('---\n'));
  return [
    programs.kwok!,
    `--kubeconfig=${join(paths.config, 'kwok.kubeconfig')}`,
    `--config=${config}`,
    '--manage-all-nodes=false',
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    `--cidr=${networkOf(state).fakePods}`,
  ];
}

export function fakeNode(index: number): KubeObject {
  const name = `fake-${index}`;
  const resources = { cpu: '64', memory: '512Gi', 'ephemeral-storage': '1Ti', pods: '1000', 'nvidia.com/gpu': '8' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { 'kwok.x-k8s.io/node': 'fake', 'node.alpha.kubernetes.io/ttl': '0' },
      labels: {
        type: 'kwok',
        'kubernetes.io/arch': process.arch === 'arm64' ? 'arm64' : 'amd64',
        'kubernetes.io/os': 'linux',
        'kubernetes.io/hostname': name,
      },
    },
    spec: { taints: [FAKE_TAINT] },
    status: { allocatable: resources, capacity: resources },
  };
}

export async function createFakeNodes(client: KubeClient, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => ensure(client, NODE, fakeNode(index))));
}
