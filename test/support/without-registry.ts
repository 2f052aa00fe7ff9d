import { POD } from '../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import { type Api, pathOf } from './api.ts';
import { eventually } from './eventually.ts';

const GROUP = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false } as const;
const POLICY: Kind = { ...GROUP, kind: 'MutatingAdmissionPolicy', plural: 'mutatingadmissionpolicies' };
const BINDING: Kind = { ...GROUP, kind: 'MutatingAdmissionPolicyBinding', plural: 'mutatingadmissionpolicybindings' };
const NAME = 'without-registry';

/** What stands in for an image that this machine cannot pull. */
export interface StandIn {
  /** Any part of the image's name. */
  readonly instead: string;
  readonly image: string;
  /** What that image would run. @default - the pod's own command */
  readonly command?: readonly string[];
}

/** As on any site without a registry, an admission policy makes the pods of the cluster use images that are there. */
export async function withoutRegistry(api: Api, standIns: readonly StandIn[]): Promise<void> {
  const meta = { metadata: { name: NAME } };
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
  const object = (value: object) => value as KubeObject;
  await api.apply(
    POLICY,
    object({
      apiVersion: `${GROUP.group}/${GROUP.version}`,
      kind: POLICY.kind,
      ...meta,
      spec: {
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        matchConstraints: { resourceRules: [rule] },
        mutations: standIns.map((standIn) => ({
          patchType: 'JSONPatch',
          jsonPatch: { expression: patchFor(standIn) },
        })),
      },
    }),
  );
  await api.apply(
    BINDING,
    object({
      apiVersion: `${GROUP.group}/${GROUP.version}`,
      kind: BINDING.kind,
      ...meta,
      spec: { policyName: NAME, matchResources: { namespaceSelector: {}, objectSelector: {} } },
    }),
  );
  await eventually('the policy to work', () => changes(api, standIns[0]), { timeoutMs: 60_000, everyMs: 500 });
}

/** A CEL expression; a text of JSON is one of CEL. */
function patchFor({ instead, image, command }: StandIn): string {
  const container = '/spec/containers/0';
  const set = (path: string, value: string) => `JSONPatch{op: "add", path: "${container}/${path}", value: ${value}}`;
  const patches = [
    set('image', JSON.stringify(image)),
    set('imagePullPolicy', '"IfNotPresent"'),
    ...(command ? [set('command', JSON.stringify(command))] : []),
  ];
  return `object.spec.containers[0].image.contains(${JSON.stringify(instead)}) ? [${patches.join(', ')}] : []`;
}

async function changes(api: Api, standIn: StandIn | undefined): Promise<boolean> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'tried' },
    spec: { containers: [{ name: 'tried', image: standIn?.instead }] },
  };
  const answer = await api.raw('POST', `${pathOf(POD, 'default')}?dryRun=All`, pod);
  return answer.code === 201 && answer.text.includes(JSON.stringify(standIn?.image));
}
