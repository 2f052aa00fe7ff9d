import type { ReplicaSpec } from '../api/index.ts';
import type { AcceleratorRequest } from './accelerator-request.ts';
import { Platform } from './cluster-platform.ts';
import { CLAIM, copied, environment, RESTRICTED_CONTAINER, resourceSection } from './container-fields.ts';
import { claimTemplateName } from './device-claims.ts';
import type { JobContext } from './job-context.ts';
import { everyPlacement, placementSpec } from './node-placement.ts';
import { poolPlacement, wantedBy } from './pool-choice.ts';
import { hasAny, type ReplicaProps } from './replica.ts';
import { dataOf } from './replica-data.ts';
import type { TopologySpec } from './topology.ts';

/** The replica as the API has it. */
export function replicaSpec(
  container: string,
  type: string,
  replicas: number,
  props: ReplicaProps,
  context: JobContext,
): ReplicaSpec {
  const accelerator = props.accelerator?.on(context.platform);
  const topology = context.topology?.on(context) ?? {};
  const volumes = (props.volumes ?? []).map((volume, index) => ({
    volume,
    name: `${context.volumePrefix ?? 'volume'}-${index}`,
  }));
  const data = dataOf(props);
  const mounts = [...volumes.map(({ volume, name }) => volume.mount(name)), ...data.mounts];
  const annotations = { ...props.annotations, ...topology.annotations };
  return {
    replicas,
    restartPolicy: props.restartPolicy ?? 'OnFailure',
    template: {
      ...(hasAny(props.labels, annotations) && {
        metadata: {
          ...(props.labels && { labels: { ...props.labels } }),
          ...(hasAny(annotations) && { annotations }),
        },
      }),
      spec: {
        ...identity(props),
        ...(data.initContainers.length > 0 && { initContainers: data.initContainers }),
        containers: [
          {
            name: container,
            image: props.image ?? '',
            ...(props.command && { command: [...props.command] }),
            ...(props.args && { args: [...props.args] }),
            ...(props.envVariables && { env: environment(props.envVariables) }),
            ...(props.secretVariables && {
              envFrom: props.secretVariables.map(({ name }) => ({ secretRef: { name } })),
            }),
            ...resourceSection(props.resources, accelerator),
            ...(mounts.length > 0 && { volumeMounts: mounts }),
            securityContext: RESTRICTED_CONTAINER,
          },
        ],
        ...(mounts.length > 0 && {
          volumes: [...volumes.map(({ volume, name }) => volume.volume(name)), ...data.volumes],
        }),
        ...(accelerator?.hostIpc && { hostIPC: true }),
        ...(accelerator?.claim && {
          resourceClaims: [{ name: CLAIM, resourceClaimTemplateName: claimTemplateName(context, type) }],
        }),
        ...placement(props, accelerator, topology, context),
      },
    },
  };
}

/** As whom the pod runs, and with what rights and rank. */
function identity(props: ReplicaProps) {
  const { serviceAccount, user, imagePullSecrets, priorityClass, terminationGrace } = props;
  return {
    ...(serviceAccount ? { serviceAccountName: serviceAccount.name } : { automountServiceAccountToken: false }),
    ...(imagePullSecrets && { imagePullSecrets: imagePullSecrets.map(({ name }) => ({ name })) }),
    ...(priorityClass && { priorityClassName: priorityClass }),
    ...(terminationGrace && { terminationGracePeriodSeconds: terminationGrace.toSeconds() }),
    securityContext: {
      seccompProfile: { type: 'RuntimeDefault' },
      ...(user !== undefined && { runAsNonRoot: user !== 0, runAsUser: user, fsGroup: user }),
    },
  };
}

function placement(
  props: ReplicaProps,
  accelerator: AcceleratorRequest | undefined,
  topology: TopologySpec,
  context: JobContext,
) {
  const platform = context.platform ?? Platform.plain();
  const wanted = wantedBy(props, context);
  const nodes = everyPlacement(
    [
      accelerator?.placement,
      wanted.capacity?.on(platform),
      context.nodes && poolPlacement(wanted, context.nodes.pools, platform),
    ].filter((each) => each !== undefined),
  );
  const { affinity, ...rest } = placementSpec(nodes);
  const { podAffinity, topologySpreadConstraints } = topology;
  return copied({
    ...rest,
    ...(hasAny(affinity, podAffinity) && { affinity: { ...affinity, ...(podAffinity && { podAffinity }) } }),
    ...(topologySpreadConstraints && { topologySpreadConstraints }),
  });
}
