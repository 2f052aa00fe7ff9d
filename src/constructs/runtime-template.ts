import {
  ANCESTOR_LABEL,
  type JobSetFailurePolicyRule,
  type JobSetSpec,
  type ReplicatedJob,
  type TrainingRuntimeSpec,
} from '../api/index.ts';
import { DataSource } from './data-source.ts';
import type { JobContext } from './job-context.ts';
import { replicaSpec } from './replica-spec.ts';
import type { InitializerProps, TrainingRuntimeProps } from './training-runtime.ts';

const NODE = 'node';
const LAUNCHER = 'launcher';
const VOLUME = 'initializer';
/** Where initializers write and the nodes read. */
const WORKSPACE = '/workspace';

type JobTemplate = ReplicatedJob['template'];

/** What a disruption ended is nobody's fault: Jobs say so by this reason, and the restart is not counted. */
const DISRUPTION: JobSetFailurePolicyRule = {
  name: 'disruption',
  action: 'RestartJobSetAndIgnoreMaxRestarts',
  onJobFailureReasons: ['PodFailurePolicy'],
};

/** A Job that fails with its first lost pod, so that all of them are begun anew: none can go on without the others. */
const WHOLE: Partial<NonNullable<JobTemplate['spec']>> = {
  backoffLimit: 0,
  podFailurePolicy: {
    rules: [{ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
  },
};

/** A runtime as the API has it. */
export function runtimeTemplate(props: TrainingRuntimeProps, context: JobContext): TrainingRuntimeSpec {
  const { policy, nodes = 1, gang, maxRestarts, ttlAfterFinished, initializer } = props;
  const steps = initializer ? (['dataset', 'model'] as const) : [];
  const spec: JobSetSpec = {
    ...(initializer && { volumeClaimPolicies: [{ templates: [claimOf(initializer)] }] }),
    ...(policy.sshPort !== undefined && {
      network: { publishNotReadyAddresses: true },
      successPolicy: { operator: 'All', targetReplicatedJobs: [LAUNCHER] },
    }),
    ...(maxRestarts !== undefined && { failurePolicy: { maxRestarts, rules: [DISRUPTION] } }),
    ...(ttlAfterFinished && { ttlSecondsAfterFinished: ttlAfterFinished.toSeconds() }),
    replicatedJobs: [...steps.map((step) => fetching(step, props)), ...training(props, context, steps)],
  };
  return {
    mlPolicy: { numNodes: nodes, ...policy.mlPolicy },
    ...(gang && { podGroupPolicy: gang.policy }),
    template: { spec },
  };
}

function training(
  props: TrainingRuntimeProps,
  context: JobContext,
  steps: readonly ('dataset' | 'model')[],
): ReplicatedJob[] {
  const { sshPort } = props.policy;
  const pods = podTemplate(props, context, steps.length > 0);
  const fetched = steps.map((step) => ({ name: `${step}-initializer`, status: 'Complete' as const }));
  const dependsOn = fetched.length > 0 ? { dependsOn: fetched } : {};
  if (sshPort === undefined) return [{ name: NODE, ...dependsOn, template: together(props, stepOf('trainer', pods)) }];
  const ready = { name: NODE, status: 'Ready' as const };
  const nodes = { spec: { template: reachable(pods, sshPort) } };
  return [
    { name: NODE, ...dependsOn, template: together(props, nodes) },
    { name: LAUNCHER, dependsOn: [ready], template: together(props, stepOf('trainer', pods)) },
  ];
}

function together({ maxRestarts }: TrainingRuntimeProps, template: JobTemplate): JobTemplate {
  if (maxRestarts === undefined) return template;
  const { spec } = template;
  const pods = { ...spec?.template, spec: { ...spec?.template?.spec, restartPolicy: 'Never' } };
  return { ...template, spec: { ...spec, ...WHOLE, template: pods as Pods } };
}

type Pods = NonNullable<ReturnType<typeof replicaSpec>['template']>;

function podTemplate(props: TrainingRuntimeProps, context: JobContext, initialized: boolean): Pods {
  const pods = replicaSpec(NODE, NODE, 1, props, context).template ?? {};
  return initialized ? withWorkspace(pods) : pods;
}

function withWorkspace(pods: Pods): Pods {
  return changed(pods, (container) => ({
    ...container,
    volumeMounts: [...(container.volumeMounts ?? []), { name: VOLUME, mountPath: WORKSPACE }],
  }));
}

type Container = NonNullable<NonNullable<Pods['spec']>['containers']>[number];

function changed(pods: Pods, change: (container: Container) => Container): Pods {
  const containers = (pods.spec?.containers ?? []).map(change);
  return { ...pods, spec: { ...pods.spec, containers } };
}

/** The nodes wait for the launcher to reach them. */
function reachable(pods: Pods, port: number): Pods {
  return changed(pods, (container) => ({
    ...container,
    command: ['/usr/sbin/sshd'],
    args: ['-De', '-p', String(port)],
    readinessProbe: { tcpSocket: { port }, initialDelaySeconds: 5 },
  }));
}

/** As the same user as the nodes, which read what it writes. */
function fetching(step: 'dataset' | 'model', { user }: TrainingRuntimeProps): ReplicatedJob {
  const name = `${step}-initializer`;
  const { image } = DataSource[step]('hf://any', { path: WORKSPACE });
  const pods = replicaSpec(name, name, 1, { image, ...(user !== undefined && { user }) }, {}).template ?? {};
  return { name, template: stepOf(name, withWorkspace(pods)) };
}

function stepOf(step: string, template: Pods): JobTemplate {
  return { metadata: { labels: { [ANCESTOR_LABEL]: step } }, spec: { template } };
}

function claimOf({ size, storageClass, accessMode = 'ReadWriteMany' }: InitializerProps) {
  return {
    metadata: { name: VOLUME },
    spec: {
      accessModes: [accessMode],
      ...(storageClass && { storageClassName: storageClass }),
      resources: { requests: { storage: `${size.toMebibytes()}Mi` } },
    },
  };
}
