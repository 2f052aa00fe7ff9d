import { ApiObject, type Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { JOB_SET, TRAIN_JOB, TRAINING_RUNTIME } from '../api/kinds.ts';
import type { Kind } from '../api/kube.ts';
import { POD_SECURITY_ENFORCE_LABEL } from '../api/labels.ts';
import { AdmissionWebhook } from './admission-webhook.ts';
import { declareNodes } from './cluster-nodes.ts';
import { Platform } from './cluster-platform.ts';
import { ClusterRuntimeViewers } from './cluster-runtime-viewers.ts';
import { ControllerAccess } from './controller-access.ts';
import { ControllerWorkload, DEFAULT_CONTROLLER_RESOURCES } from './controller-workload.ts';
import type { GangScheduler } from './gang-scheduler.ts';
import { installedApi } from './installed-api.ts';
import { type ContainerResources, Namespace, ServiceAccount } from './k8s.ts';
import { MpiLaunchers } from './mpi-launchers.ts';
import { checkQuotas, type NamespaceQuota } from './namespace-quota.ts';
import { NamespaceQuotas } from './namespace-quotas.ts';
import { checkPools, type NodePool } from './node-pool.ts';
import { CONTROLLER_LABELS, CONTROLLER_SELECTOR, PLATFORM_LABELS } from './platform-labels.ts';
import { PlatformNetwork } from './platform-network.ts';
import { ServiceMonitor } from './service-monitor.ts';
import { TenantRoles } from './tenant-roles.ts';

/** How the platform is installed, and what it may assume of the cluster. */
export interface MlPlatformProps {
  /**
   * Version of the controller.
   * @default - the version of this package
   */
  readonly version?: string;
  /**
   * The controller's image.
   * @default - `armature:<version>`
   */
  readonly image?: string;
  /**
   * Namespace of the controller; created here.
   * @default 'armature-system'
   */
  readonly namespace?: string;
  /**
   * Controllers that run; one leads, the others stand by.
   * @default 1
   */
  readonly replicas?: number;
  /**
   * Labels of the controller's pods, such as another `app.kubernetes.io/name` for those who look for them by it.
   * @default - `app.kubernetes.io/name: armature`, and those that everything of the platform has
   */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** @default - requests cpu 100m and memory 128Mi, limits memory to 256Mi: about a thousand live jobs */
  readonly resources?: ContainerResources;
  /**
   * Starts the pods of a job together or not at all.
   * @default - pods are scheduled one by one
   */
  readonly gangScheduler?: GangScheduler;
  /**
   * Has the API server ask the controller about TrainJobs and their runtimes before it stores them, so that mistakes are
   * refused at once. Without it they are told on the TrainJob's conditions.
   * @default true
   */
  readonly webhook?: boolean;
  /**
   * Where the cluster runs: decides how the accelerators of jobs are found that do not say it themselves.
   * @default Platform.plain()
   */
  readonly cluster?: Platform;
  /**
   * All nodes that jobs may run on. With them, a job of this app that asks for what no pool offers, or that no pools can
   * take all at once, is refused at synthesis, and pods select and tolerate the labels and taints of their pools.
   * @default - what nodes there are is not known, and not judged
   */
  readonly nodePools?: readonly NodePool[];
  /**
   * The most that namespaces may ask for, as ResourceQuotas. A job of this app that is larger is refused at synthesis. The
   * namespaces must be there, or be made by the app.
   * @default - none
   */
  readonly quotas?: readonly NamespaceQuota[];
  /**
   * For jobs that restart as a whole, without a gang scheduler: how long a part of a job may hold nodes while the rest
   * finds none; whole seconds.
   * @default - 5 minutes
   */
  readonly partialGangTimeout?: Duration;
  /**
   * Who runs JobSets: this controller, or upstream's own, which the cluster then has to have; its CRD is left alone.
   * TrainJobs need one of them.
   * @default 'armature'
   */
  readonly jobSets?: 'armature' | 'upstream';
  /**
   * Further flags of `armature controller`.
   * @default - none; `--leader-elect` is always given
   */
  readonly controllerArgs?: readonly string[];
  /**
   * Ports on which the API server is reached, in front of its Service and behind it.
   * @default [443, 6443]
   */
  readonly apiServerPorts?: readonly number[];
  /**
   * Takes the progress of training programs, of the jobs that ask for it (docs/progress.md): a Service, and a
   * Secret of the controller's own certificates.
   * @default true
   */
  readonly progress?: boolean;
  /**
   * Creates a ServiceMonitor; needs the Prometheus operator's CRDs.
   * @default false
   */
  readonly serviceMonitor?: boolean;
}

/** The whole platform: its API, its controller, and who may do what. */
export class MlPlatform extends Construct {
  /** Namespace of the controller. */
  readonly namespace: Namespace;
  /** Whose rights the controller has. */
  readonly serviceAccount: ServiceAccount;
  /** The controller's roles and their bindings. */
  readonly access: ControllerAccess;
  /** The controller's Deployment and metrics Service. */
  readonly controller: ControllerWorkload;
  private readonly crds = new Map<string, ApiObject>();

  constructor(scope: Construct, id: string, props: MlPlatformProps = {}) {
    super(scope, id);
    const replicas = props.replicas ?? 1;
    if (!Number.isInteger(replicas) || replicas < 1)
      throw new Error(`'replicas' must be a positive integer, got ${replicas}`);
    const { gangScheduler: gang, cluster, nodePools = [], quotas = [], partialGangTimeout } = props;
    checkPodLabels(props.podLabels ?? {});
    checkPools(nodePools);
    checkQuotas(quotas);
    declareNodes(this, { platform: cluster, pools: nodePools, quotas });
    const progress = props.progress ?? true;
    const api = installedApi();
    const namespace = props.namespace ?? 'armature-system';

    this.namespace = new Namespace(this, 'Resource', { metadata: { name: namespace, labels: restrictedLabels() } });
    const crds = new Construct(this, 'Crds');
    const upstreamJobSets = props.jobSets === 'upstream';
    for (const crd of api.crds) {
      if (upstreamJobSets && crd.spec.group === JOB_SET.group) continue;
      const name = crd.metadata.name ?? crd.spec.group;
      this.crds.set(name, new ApiObject(crds, name, { ...crd, metadata: { name } }));
    }

    this.serviceAccount = new ServiceAccount(this, 'ServiceAccount', {
      metadata: { name: 'armature-controller', namespace, labels: CONTROLLER_LABELS },
      automountToken: false,
    });
    const webhook = props.webhook === false ? undefined : new AdmissionWebhook(this, 'Webhook', { namespace });
    this.access = new ControllerAccess(this, 'Access', {
      namespace,
      serviceAccount: this.serviceAccount,
      rules: [
        ...api.controllerRules,
        ...(gang?.rules ?? []),
        ...(webhook ? AdmissionWebhook.rules(api.webhookRules) : []),
        ...(upstreamJobSets ? [] : api.jobSetRules),
      ],
      authorities: progress,
    });
    new MpiLaunchers(this, 'MpiLaunchers', { namespace, account: this.serviceAccount.name });
    this.controller = new ControllerWorkload(this, 'Controller', {
      namespace,
      serviceAccount: this.serviceAccount,
      image: props.image ?? `armature:${props.version ?? api.version}`,
      replicas,
      resources: props.resources ?? DEFAULT_CONTROLLER_RESOURCES,
      progress,
      podLabels: props.podLabels ?? {},
      args: [
        '--leader-elect',
        ...(gang ? ['--gang-scheduler-name', gang.schedulerName] : []),
        ...(webhook?.args ?? []),
        ...(upstreamJobSets ? ['--except', 'jobset'] : []),
        ...(partialGangTimeout ? ['--partial-gang-seconds', String(partialGangTimeout.toSeconds())] : []),
        ...(props.controllerArgs ?? []),
      ],
    });
    const network = new PlatformNetwork(this, 'Network', {
      namespace,
      apiServerPorts: props.apiServerPorts ?? [443, 6443],
      progress,
    });
    new TenantRoles(this, 'TrainingRoles', { domain: 'training', kinds: api.trainingKinds });
    new TenantRoles(this, 'TrainerRoles', { domain: 'trainer', kinds: [TRAIN_JOB], shown: [TRAINING_RUNTIME] });
    new NamespaceQuotas(this, 'Quotas', { quotas, platform: cluster ?? Platform.plain() });
    new ClusterRuntimeViewers(this, 'ClusterRuntimeViewers');
    const namespaced: Construct[] = [
      ...(webhook ? [webhook] : []),
      this.serviceAccount,
      this.access,
      this.controller,
      network,
    ];
    if (props.serviceMonitor) namespaced.push(new ServiceMonitor(this, 'ServiceMonitor', { namespace }));

    for (const construct of namespaced) construct.node.addDependency(this.namespace);
    for (const crd of this.crds.values()) this.controller.deployment.node.addDependency(crd);
    this.controller.deployment.node.addDependency(this.access);
  }

  /**
   * The CRD of a kind: what a custom resource of it depends on.
   * @throws when the platform does not serve the kind
   */
  crd(kind: Pick<Kind, 'group' | 'plural' | 'kind'>): ApiObject {
    const crd = this.crds.get(`${kind.plural}.${kind.group}`);
    if (!crd) throw new Error(`${this.node.path}: the platform serves no ${kind.kind} of ${kind.group}`);
    return crd;
  }
}

/** @throws when the controller's pods could no longer be found */
function checkPodLabels(labels: Readonly<Record<string, string>>): void {
  const taken = Object.keys(CONTROLLER_SELECTOR).find((key) => key in labels);
  if (taken) throw new Error(`'podLabels' must not set ${taken}: the controller's Services find its pods by it`);
}

function restrictedLabels(): Record<string, string> {
  return {
    ...PLATFORM_LABELS,
    [POD_SECURITY_ENFORCE_LABEL]: 'restricted',
    'pod-security.kubernetes.io/audit': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  };
}
