import { type ApiObjectMetadata, type Duration, JsonPatch, Lazy, type Size } from 'cdk8s';
import { Construct } from 'constructs';
import {
  ClusterTrainingRuntime as ClusterTrainingRuntimeResource,
  TrainingRuntime as TrainingRuntimeResource,
} from '../../imports/trainer.kubeflow.org.ts';
import { FRAMEWORK_LABEL, TRAINING_RUNTIME_DEFINITION, type TrainingRuntimeSpec } from '../api/index.ts';
import { acceleratorProblems } from './accelerator-problems.ts';
import { nodesOf, orderProblems } from './cluster-nodes.ts';
import type { Platform } from './cluster-platform.ts';
import { addClaimTemplates } from './device-claims.ts';
import type { JobContext } from './job-context.ts';
import { fitProblems } from './pool-fit.ts';
import { countProblems, type ReplicaProps } from './replica.ts';
import type { ResolvedRole, RuntimePods } from './roles.ts';
import type { RuntimeGang } from './runtime-gang.ts';
import type { RuntimeReference } from './runtime-job.ts';
import type { RuntimePolicy } from './runtime-policy.ts';
import { runtimeTemplate } from './runtime-template.ts';

/** Where a runtime keeps what is fetched before its nodes start. */
export interface InitializerProps {
  /** Whole mebibytes. */
  readonly size: Size;
  /** Jobs of several nodes need ReadWriteMany. @default 'ReadWriteMany' */
  readonly accessMode?: 'ReadWriteOnce' | 'ReadWriteMany';
  /** @default - the cluster's default storage class */
  readonly storageClass?: string;
}

/** A blueprint of TrainJobs: image, resources and placement of the nodes, and how they find each other. */
export interface TrainingRuntimeProps extends Omit<ReplicaProps, 'restartPolicy' | 'data'> {
  /** @default - named after the construct's id */
  readonly metadata?: ApiObjectMetadata;
  /** How the nodes find each other. */
  readonly policy: RuntimePolicy;
  /** Unless the TrainJob says otherwise. @default 1 */
  readonly nodes?: number;
  /** @default - pods are scheduled one by one */
  readonly gang?: RuntimeGang;
  /**
   * Restarts of the whole job before it fails, each as soon as one pod is lost. What the cluster takes away (preemption,
   * drain, eviction) does not count.
   * @default - no restart: Kubernetes' own Jobs try single pods again, six times, and then the job fails
   */
  readonly maxRestarts?: number;
  /** Deletes a job's pods this long after it finished; whole seconds. @default - they are kept */
  readonly ttlAfterFinished?: Duration;
  /** Steps that fetch a data set and a model onto a volume, for TrainJobs that name them. @default - none */
  readonly initializer?: InitializerProps;
  /**
   * Where the cluster runs: decides how accelerators are found.
   * @default - what the `MlPlatform` of the app says with `cluster`, else Platform.plain()
   */
  readonly platform?: Platform;
}

abstract class Runtime extends Construct implements RuntimeReference {
  abstract readonly kind: RuntimeReference['kind'];
  readonly name: string;
  protected readonly context: JobContext;
  protected readonly role: ResolvedRole;
  private readonly props: TrainingRuntimeProps;

  constructor(scope: Construct, id: string, props: TrainingRuntimeProps) {
    super(scope, id);
    this.name = props.metadata?.name ?? id;
    this.props = props;
    const nodes = nodesOf(this);
    const platform = props.platform ?? nodes?.platform;
    this.context = { jobName: this.name, ...(platform && { platform }), ...(nodes && { nodes }) };
    this.role = { type: 'node', path: '', replicas: props.nodes ?? 1, props, countField: 'nodes' };
    this.node.addValidation({ validate: () => this.problems() });
  }

  /** @internal what TrainJobs are judged by, besides what they say themselves. */
  get pods(): RuntimePods {
    const { nodes = 1, accelerator, resources, capacity, pool } = this.props;
    return {
      nodes,
      ...(accelerator && { accelerator }),
      ...(resources && { resources }),
      ...(capacity && { capacity }),
      ...(pool && { pool }),
    };
  }

  protected get manifest() {
    const labels = { [FRAMEWORK_LABEL]: this.props.policy.framework, ...this.props.metadata?.labels };
    return {
      metadata: { ...this.props.metadata, name: this.name, labels },
      spec: Lazy.any({ produce: () => this.render() }),
    };
  }

  protected problems(): string[] {
    const { image, nodes, maxRestarts = 0 } = this.props;
    const problems = [
      ...(image ? [] : ["a runtime has no image: set 'image'"]),
      ...(nodes === undefined ? [] : countProblems('nodes', nodes)),
      ...(Number.isInteger(maxRestarts) && maxRestarts >= 0
        ? []
        : [`'maxRestarts' must be a whole number of at least 0, got ${maxRestarts}`]),
      ...acceleratorProblems([this.role], this.context),
      ...orderProblems(this, this.context),
      ...fitProblems([this.role], this.context),
    ];
    if (problems.length > 0) return problems;
    const result = TRAINING_RUNTIME_DEFINITION.spec.safeParse(this.render());
    return result.success ? [] : result.error.issues.map(({ path, message }) => `spec.${path.join('.')}: ${message}`);
  }

  private render(): TrainingRuntimeSpec {
    return runtimeTemplate(this.props, this.context);
  }
}

/**
 * A runtime for the TrainJobs of one namespace.
 * @see https://www.kubeflow.org/docs/components/trainer/operator-guides/runtime/
 */
export class TrainingRuntime extends Runtime {
  readonly kind = 'TrainingRuntime';

  constructor(scope: Construct, id: string, props: TrainingRuntimeProps) {
    super(scope, id, props);
    new TrainingRuntimeResource(this, 'Resource', this.manifest);
    addClaimTemplates(this, [this.role], this.context, props.metadata?.namespace);
  }
}

/**
 * A runtime for the TrainJobs of all namespaces.
 * @see https://www.kubeflow.org/docs/components/trainer/operator-guides/runtime/
 */
export class ClusterTrainingRuntime extends Runtime {
  readonly kind = 'ClusterTrainingRuntime';

  constructor(scope: Construct, id: string, props: TrainingRuntimeProps) {
    super(scope, id, props);
    const resource = new ClusterTrainingRuntimeResource(this, 'Resource', this.manifest);
    // A chart's namespace is given to all of its objects, and this one has none.
    if (resource.metadata.namespace !== undefined) resource.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }

  protected override problems(): string[] {
    const claimed = this.role.props.accelerator?.on(this.context.platform).claim !== undefined;
    const mend = "claims are made from a template of the job's namespace: use a TrainingRuntime there";
    return [...super.problems(), ...(claimed ? [`'accelerator': ${mend}`] : [])];
  }
}
