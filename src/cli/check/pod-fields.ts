import { type JsonObject, objectsOf } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { podStrategy } from '../../embedded/builtin/pod.ts';
import { type Finding, finding } from './codes.ts';
import type { PodSet } from './pod-sets.ts';
import { suggestion } from './suggest.ts';

/** The fields of a pod's spec in Kubernetes 1.36. */
const POD_SPEC =
  'activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets initContainers nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates schedulingGroup securityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes workloadRef'.split(
    ' ',
  );
/** The fields of a container in Kubernetes 1.36. */
const CONTAINER =
  'args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe resizePolicy resources restartPolicy restartPolicyRules securityContext startupProbe stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir'.split(
    ' ',
  );
const RESOURCES = ['claims', 'limits', 'requests'];
/** What kube-apiserver says of an extended resource that has no limit, or another one. */
const OVERCOMMIT = /non overcommitable|must be equal to [^ ]+\/[^ ]+ limit/;

/** What an API server would refuse in the pods of a set, or would drop without a word. */
export function podFieldFindings({ path, spec }: PodSet): Finding[] {
  return [...unknownFields(spec, path), ...invalidFields(spec, path)];
}

/** Pod templates in custom resources keep any field, so that a slip of the pen shows only when the pod lacks it. */
function unknownFields(spec: JsonObject, path: string): Finding[] {
  const containers = ['initContainers', 'containers'].flatMap((list) =>
    objectsOf(spec[list]).map((container, index) => ({ container, at: `${path}.${list}[${index}]` })),
  );
  return [
    ...unknownIn(spec, path, POD_SPEC),
    ...containers.flatMap(({ container, at }) => [
      ...unknownIn(container, at, CONTAINER),
      ...unknownIn((container.resources ?? {}) as JsonObject, `${at}.resources`, RESOURCES),
    ]),
  ];
}

function unknownIn(value: JsonObject, path: string, known: readonly string[]): Finding[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => finding('unknown-field', `${path}.${key}`, `there is no such field: ${suggestion(key, known)}`));
}

function invalidFields(spec: JsonObject, path: string): Finding[] {
  const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod', namespace: 'default' }, spec };
  const decoded = podStrategy.decode?.(pod).object ?? pod;
  return (podStrategy.validate?.(decoded, undefined, []) ?? []).map(({ field, message }) => {
    const at = `${path}${field.replace(/^spec/, '')}`;
    return OVERCOMMIT.test(message)
      ? finding('accelerator-without-limit', at, 'devices are given by their limit: write it, and no other request')
      : finding('invalid-field', at, message);
  });
}
