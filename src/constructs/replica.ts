import type { ReplicaSpec } from '../api/index.ts';
import type { Accelerator } from './accelerator.ts';
import type { AcceleratorRequest } from './accelerator-request.ts';
import { claimTemplateName } from './device-claims.ts';
import type { JobContext } from './job-context.ts';
import type { JobVolume } from './job-volume.ts';
import type { ContainerResources, EnvValue, IServiceAccount } from './k8s.ts';
import { placementSpec } from './node-placement.ts';

/** Name of the claim within a pod. */
const CLAIM = 'accelerator';

/** When the controller starts a replica's pod again. */
export type RestartPolicy = 'Always' | 'OnFailure' | 'Never' | 'ExitCode';

/** What the pods of a job run. */
export interface ReplicaProps {
  /** Image of the training container. @default - the framework's */
  readonly image?: string;
  /** @default - the image's entry point */
  readonly command?: readonly string[];
  /** @default - none */
  readonly args?: readonly string[];
  /** @default - none */
  readonly envVariables?: Readonly<Record<string, EnvValue>>;
  /** CPU, memory and ephemeral storage of each pod. @default - nothing is requested */
  readonly resources?: ContainerResources;
  /** @default - none */
  readonly accelerator?: Accelerator;
  /** @default - none */
  readonly volumes?: readonly JobVolume[];
  /** `ExitCode` starts again after codes of 128 and more only. @default 'OnFailure' */
  readonly restartPolicy?: RestartPolicy;
  /** @default - the namespace's default service account, without its token */
  readonly serviceAccount?: IServiceAccount;
  /** UID that the container runs as; Pod Security `restricted` asks for one other than 0. @default - the image's */
  readonly user?: number;
  /** Labels of the pods. @default - only those of the controller */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of the pods. @default - none */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Workers of a job. */
export interface WorkerProps extends ReplicaProps {
  /** Number of worker pods. @default 1 */
  readonly replicas?: number;
}

/** What is wrong with a number of pods, which stands in the props at `path`. */
export function countProblems(path: string, count: number): string[] {
  return Number.isInteger(count) && count >= 1 ? [] : [`'${path}' must be a positive integer, got ${count}`];
}

/** The fields of `override` win; environment variables, labels and annotations are united. */
export function mergeReplica(base: ReplicaProps, override: ReplicaProps): ReplicaProps {
  return {
    ...base,
    ...override,
    ...(hasAny(base.envVariables, override.envVariables) && {
      envVariables: { ...base.envVariables, ...override.envVariables },
    }),
    ...(hasAny(base.labels, override.labels) && { labels: { ...base.labels, ...override.labels } }),
    ...(hasAny(base.annotations, override.annotations) && {
      annotations: { ...base.annotations, ...override.annotations },
    }),
  };
}

/** The replica as the API has it. */
export function replicaSpec(
  container: string,
  type: string,
  replicas: number,
  props: ReplicaProps,
  context: JobContext,
): ReplicaSpec {
  const accelerator = props.accelerator?.on(context.platform);
  const volumes = (props.volumes ?? []).map((volume, index) => ({ volume, name: `volume-${index}` }));
  const hasMetadata = hasAny(props.labels, props.annotations);
  return {
    replicas,
    restartPolicy: props.restartPolicy ?? 'OnFailure',
    template: {
      ...(hasMetadata && {
        metadata: {
          ...(props.labels && { labels: { ...props.labels } }),
          ...(props.annotations && { annotations: { ...props.annotations } }),
        },
      }),
      spec: {
        ...(props.serviceAccount
          ? { serviceAccountName: props.serviceAccount.name }
          : { automountServiceAccountToken: false }),
        securityContext: {
          seccompProfile: { type: 'RuntimeDefault' },
          ...(props.user !== undefined && {
            runAsNonRoot: props.user !== 0,
            runAsUser: props.user,
            fsGroup: props.user,
          }),
        },
        containers: [
          {
            name: container,
            image: props.image ?? '',
            ...(props.command && { command: [...props.command] }),
            ...(props.args && { args: [...props.args] }),
            ...(props.envVariables && { env: environment(props.envVariables) }),
            ...resourceSection(props.resources, accelerator),
            ...(volumes.length > 0 && { volumeMounts: volumes.map(({ volume, name }) => volume.mount(name)) }),
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
        ...(volumes.length > 0 && { volumes: volumes.map(({ volume, name }) => volume.volume(name)) }),
        ...(accelerator?.hostIpc && { hostIPC: true }),
        ...(accelerator?.claim && {
          resourceClaims: [{ name: CLAIM, resourceClaimTemplateName: claimTemplateName(context, type) }],
        }),
        ...(accelerator && copied(placementSpec(accelerator.placement))),
      },
    },
  };
}

function environment(variables: Readonly<Record<string, EnvValue>>) {
  return Object.entries(variables).map(([name, { value, valueFrom }]) =>
    valueFrom === undefined ? { name, value: String(value) } : { name, valueFrom: copied(valueFrom as object) },
  );
}

function resourceSection(resources: ContainerResources | undefined, accelerator: AcceleratorRequest | undefined) {
  const requests: Record<string, string> = {};
  const limits: Record<string, string> = {};
  const { cpu, memory, ephemeralStorage: disk } = resources ?? {};
  if (cpu?.request) requests.cpu = String(cpu.request.amount);
  if (cpu?.limit) limits.cpu = String(cpu.limit.amount);
  if (memory?.request) requests.memory = `${memory.request.toMebibytes()}Mi`;
  if (memory?.limit) limits.memory = `${memory.limit.toMebibytes()}Mi`;
  if (disk?.request) requests['ephemeral-storage'] = `${disk.request.toMebibytes()}Mi`;
  if (disk?.limit) limits['ephemeral-storage'] = `${disk.limit.toMebibytes()}Mi`;
  if (accelerator?.resource) limits[accelerator.resource] = String(accelerator.count);
  Object.assign(limits, accelerator?.besides);
  const section = {
    ...(hasAny(requests) && { requests }),
    ...(hasAny(limits) && { limits }),
    ...(accelerator?.claim && { claims: [{ name: CLAIM }] }),
  };
  return hasAny(section) ? { resources: section } : {};
}

function hasAny(...records: readonly (object | undefined)[]): boolean {
  return records.some((record) => record !== undefined && Object.keys(record).length > 0);
}

function copied<T extends object>(value: T) {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
