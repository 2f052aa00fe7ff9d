import type { Initializer, InitializerSource, PodTemplate, Trainer, TrainJobSpec } from '../api/index.ts';
import { environment } from './container-fields.ts';
import type { DataSource } from './data-source.ts';
import type { JobContext } from './job-context.ts';
import { replicaSpec } from './replica-spec.ts';
import type { RuntimeJobProps } from './runtime-job.ts';

/** The replicated job and the container that train, in every runtime that clients understand. */
const NODE = 'node';
const MANAGER = 'armature.dev/distributed-training-job';
/** What a patch of a pod's spec may hold. */
const PATCHABLE = [
  'serviceAccountName',
  'volumes',
  'imagePullSecrets',
  'securityContext',
  'nodeSelector',
  'affinity',
  'tolerations',
  'terminationGracePeriodSeconds',
] as const;

/** The node's pod as it would be without a runtime. */
export function podOf({ nodes, processesPerNode, data, ...props }: RuntimeJobProps, context: JobContext): PodTemplate {
  return replicaSpec(NODE, NODE, 1, props, context).template ?? {};
}

/** What a TrainJob says of the container itself. */
export function trainerOf(props: RuntimeJobProps, { spec }: PodTemplate, nodes: number | undefined): Trainer {
  const [container] = spec?.containers ?? [];
  return {
    ...(props.image && { image: props.image }),
    ...(props.command && { command: [...props.command] }),
    ...(props.args && { args: [...props.args] }),
    ...(container?.env && { env: container.env }),
    ...(nodes !== undefined && { numNodes: nodes }),
    ...(container?.resources && { resourcesPerNode: container.resources }),
    ...(props.processesPerNode !== undefined && { numProcPerNode: props.processesPerNode }),
  };
}

type RuntimePatch = NonNullable<TrainJobSpec['runtimePatches']>[number];

/** What a TrainJob changes of the runtime's pod. */
export function patchOf({ metadata, spec }: PodTemplate): RuntimePatch {
  const [container] = spec?.containers ?? [];
  const fields = PATCHABLE.filter((field) => spec?.[field] !== undefined).map((field) => [field, spec?.[field]]);
  const patched = {
    ...Object.fromEntries(fields),
    containers: [
      {
        name: NODE,
        ...(container?.volumeMounts && { volumeMounts: container.volumeMounts }),
        ...(container?.securityContext && { securityContext: container.securityContext }),
      },
    ],
  };
  const template = { ...(metadata && { metadata }), spec: patched };
  return {
    manager: MANAGER,
    trainingRuntimeSpec: { template: { spec: { replicatedJobs: [{ name: NODE, template: { spec: { template } } }] } } },
  };
}

/** What is fetched before the nodes start. */
export function initializerOf(data: readonly DataSource[]): Initializer | undefined {
  if (data.length === 0) return undefined;
  return Object.fromEntries(data.map((source) => [source.kind, sourceOf(source)]));
}

function sourceOf({ uri, options: { secret, envVariables } }: DataSource): InitializerSource {
  return {
    storageUri: uri,
    ...(envVariables && { env: environment(envVariables) }),
    ...(secret && { secretRef: { name: secret.name } }),
  };
}
