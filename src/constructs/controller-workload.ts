import { ApiObject, Duration, JsonPatch, Size } from 'cdk8s';
import { Construct } from 'constructs';
import {
  type ContainerResources,
  Cpu,
  Deployment,
  DeploymentStrategy,
  EnvValue,
  ImagePullPolicy,
  type IServiceAccount,
  k8s,
  LabelSelector,
  Probe,
  Service,
} from './k8s.ts';
import { CONTROLLER_LABELS, CONTROLLER_PORTS, CONTROLLER_SELECTOR } from './platform-labels.ts';

export interface ControllerWorkloadProps {
  readonly namespace: string;
  readonly serviceAccount: IServiceAccount;
  readonly image: string;
  readonly replicas: number;
  readonly resources: ContainerResources;
  readonly args: readonly string[];
  /** Further labels of the pods; they win over the usual ones, but for those that pods are found by. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Whether training programs report their progress to it. */
  readonly progress: boolean;
}

/** Kept free of the heap for code, stacks, buffers and the new generation. */
const OUTSIDE_HEAP = Size.mebibytes(96);
/** UID of `nonroot` in the image. */
const USER = 65532;

/** The controller's Deployment, the Service of its metrics, and its PodDisruptionBudget. */
export class ControllerWorkload extends Construct {
  readonly deployment: Deployment;
  readonly metrics: Service;

  constructor(scope: Construct, id: string, props: ControllerWorkloadProps) {
    super(scope, id);
    const { namespace } = props;
    this.deployment = new Deployment(this, 'Deployment', {
      metadata: { name: 'armature-controller', namespace, labels: CONTROLLER_LABELS },
      podMetadata: { labels: { ...CONTROLLER_LABELS, ...props.podLabels } },
      select: false,
      replicas: props.replicas,
      strategy: DeploymentStrategy.rollingUpdate(),
      serviceAccount: props.serviceAccount,
      automountServiceAccountToken: true,
      terminationGracePeriod: Duration.seconds(30),
      securityContext: { user: USER, group: USER, ensureNonRoot: true },
      containers: [
        {
          name: 'controller',
          image: props.image,
          imagePullPolicy: ImagePullPolicy.IF_NOT_PRESENT,
          args: ['controller', ...(props.progress ? progressArgs(namespace) : []), ...props.args],
          ports: [
            { name: 'metrics', number: CONTROLLER_PORTS.metrics },
            { name: 'health', number: CONTROLLER_PORTS.health },
            ...(props.progress ? [{ name: 'progress', number: CONTROLLER_PORTS.progress }] : []),
          ],
          envVariables: { NODE_OPTIONS: EnvValue.fromValue(heapOptions(props.resources)) },
          resources: props.resources,
          liveness: probe('/healthz', { periodSeconds: Duration.seconds(10), failureThreshold: 3 }),
          readiness: probe('/readyz', { periodSeconds: Duration.seconds(5), failureThreshold: 2 }),
          startup: probe('/healthz', { periodSeconds: Duration.seconds(1), failureThreshold: 60 }),
          securityContext: { user: USER, group: USER, ensureNonRoot: true, readOnlyRootFilesystem: true },
        },
      ],
    });
    this.deployment.select(LabelSelector.of({ labels: CONTROLLER_SELECTOR }));
    restrict(this.deployment);

    this.metrics = new Service(this, 'Metrics', {
      metadata: { name: 'armature-controller-metrics', namespace, labels: CONTROLLER_LABELS },
      ports: [{ name: 'metrics', port: CONTROLLER_PORTS.metrics, targetPort: CONTROLLER_PORTS.metrics }],
    });
    for (const [key, value] of Object.entries(CONTROLLER_SELECTOR)) this.metrics.selectLabel(key, value);

    if (props.progress) {
      const reports = new Service(this, 'Progress', {
        metadata: { name: PROGRESS_SERVICE, namespace, labels: CONTROLLER_LABELS },
        ports: [{ name: 'progress', port: CONTROLLER_PORTS.progress, targetPort: CONTROLLER_PORTS.progress }],
      });
      for (const [key, value] of Object.entries(CONTROLLER_SELECTOR)) reports.selectLabel(key, value);
    }

    new k8s.KubePodDisruptionBudget(this, 'DisruptionBudget', {
      metadata: { name: 'armature-controller', namespace, labels: CONTROLLER_LABELS },
      spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: CONTROLLER_SELECTOR } },
    });
  }
}

const PROGRESS_SERVICE = 'armature-progress';

const progressArgs = (namespace: string): string[] => [
  '--progress-bind-address',
  `:${CONTROLLER_PORTS.progress}`,
  '--progress-url',
  `https://${PROGRESS_SERVICE}.${namespace}.svc:${CONTROLLER_PORTS.progress}`,
];

/** V8's limits that fit the container's memory limit, or what is requested when there is none. */
function heapOptions(resources: ContainerResources): string {
  const memory = resources.memory?.limit ?? resources.memory?.request;
  const total = memory?.toMebibytes() ?? 256;
  const heap = Math.max(48, Math.floor(total - OUTSIDE_HEAP.toMebibytes()));
  return `--max-old-space-size=${heap} --max-semi-space-size=2`;
}

function probe(path: string, timing: { readonly periodSeconds: Duration; readonly failureThreshold: number }): Probe {
  return Probe.fromHttpGet(path, { port: CONTROLLER_PORTS.health, timeoutSeconds: Duration.seconds(2), ...timing });
}

/** What Pod Security `restricted` asks for and cdk8s-plus-27 has no words for. */
function restrict(deployment: Deployment): void {
  ApiObject.of(deployment).addJsonPatch(
    JsonPatch.add('/spec/template/spec/securityContext/seccompProfile', { type: 'RuntimeDefault' }),
    JsonPatch.add('/spec/template/spec/containers/0/securityContext/capabilities', { drop: ['ALL'] }),
  );
}

/** Requests and limits for about a thousand live jobs: cpu 100m; memory 128Mi, at most 256Mi. */
export const DEFAULT_CONTROLLER_RESOURCES: ContainerResources = {
  cpu: { request: Cpu.millis(100) },
  memory: { request: Size.mebibytes(128), limit: Size.mebibytes(256) },
};
