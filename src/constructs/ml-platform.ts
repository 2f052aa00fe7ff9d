import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { JOB_SET, TRAIN_JOB, TRAINING_RUNTIME } from '../api/kinds.ts';
import type { Kind } from '../api/kube.ts';
import { POD_SECURITY_ENFORCE_LABEL } from '../api/labels.ts';
import { AdmissionWebhook } from './admission-webhook.ts';
import { ClusterRuntimeViewers } from './cluster-runtime-viewers.ts';
import { ControllerAccess } from './controller-access.ts';
import { ControllerWorkload, DEFAULT_CONTROLLER_RESOURCES } from './controller-workload.ts';
import type { GangScheduler } from './gang-scheduler.ts';
import { installedApi } from './installed-api.ts';
import { type ContainerResources, Namespace, ServiceAccount } from './k8s.ts';
import { MpiLaunchers } from './mpi-launchers.ts';
import { CONTROLLER_LABELS, PLATFORM_LABELS } from './platform-labels.ts';
import { PlatformNetwork } from './platform-network.ts';
import { ServiceMonitor } from './service-monitor.ts';
import { TenantRoles } from './tenant-roles.ts';

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
  readonly serviceAccount: ServiceAccount;
  readonly access: ControllerAccess;
  readonly controller: ControllerWorkload;
  private readonly crds = new Map<string, ApiObject>();

  constructor(scope: Construct, id: string, props: MlPlatformProps = {}) {
    super(scope, id);
    const replicas = props.replicas ?? 1;
    if (!Number.isInteger(replicas) || replicas < 1)
      throw new Error(`'replicas' must be a positive integer, got ${replicas}`);
    const gang = props.gangScheduler;
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
      args: [
        '--leader-elect',
        ...(gang ? ['--gang-scheduler-name', gang.schedulerName] : []),
        ...(webhook?.args ?? []),
        ...(upstreamJobSets ? ['--except', 'jobset'] : []),
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

function restrictedLabels(): Record<string, string> {
  return {
    ...PLATFORM_LABELS,
    [POD_SECURITY_ENFORCE_LABEL]: 'restricted',
    'pod-security.kubernetes.io/audit': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  };
}
