import { type ApiObjectMetadata, Chart, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { CHECKPOINT_INTERVAL_ANNOTATION, type RunPolicy } from '../api/index.ts';
import type { Capacity } from './capacity.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type ClusterNodes, nodesOf, orderProblems } from './cluster-nodes.ts';
import type { Platform } from './cluster-platform.ts';
import { addClaimTemplates } from './device-claims.ts';
import type { Framework } from './framework.ts';
import type { JobContext } from './job-context.ts';
import { jobNameProblems } from './job-name.ts';
import { type JobSetting, jobProblems } from './job-problems.ts';
import type { NodePool } from './node-pool.ts';
import { Queue } from './queue.ts';
import { type RunPolicyProps, runPolicyOf } from './run-policy.ts';
import type { Topology } from './topology.ts';

/** What a training job is, where it runs, and how it ends. */
export interface DistributedTrainingJobProps {
  /**
   * Name, namespace, labels and annotations of the job.
   * @default - named after the construct's id, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;
  /** What runs, and how its pods find each other. */
  readonly framework: Framework;
  /** @default - see each property */
  readonly runPolicy?: RunPolicyProps;
  /**
   * Where the job waits for its turn; a name alone is a local queue of Kueue.
   * @default - the job starts at once
   */
  readonly queue?: Queue | string;
  /**
   * Where the cluster runs: decides how accelerators are found.
   * @default - what the `MlPlatform` of the app says with `cluster`, else Platform.plain()
   */
  readonly platform?: Platform;
  /**
   * How the nodes are bought that the job runs on; roles may say otherwise.
   * @default - any nodes
   */
  readonly capacity?: Capacity;
  /**
   * The one node pool that the job runs on, of those that the `MlPlatform` of the app names; roles may say otherwise.
   * @default - any pool that offers what the job asks for
   */
  readonly pool?: NodePool;
  /**
   * Where the job keeps checkpoints, so that another attempt goes on where the last one was.
   * @default - nowhere: each attempt begins anew
   */
  readonly checkpoint?: Checkpoint;
  /**
   * How near to one another the pods run.
   * @default - they are placed one by one
   */
  readonly topology?: Topology;
}

/**
 * Training on several pods at once: a job of the kind that its framework names.
 * @see https://www.kubeflow.org/docs/components/trainer/legacy-v1/
 */
export class DistributedTrainingJob extends Construct {
  /** Name of the job: its pods are called `<name>-<role>-<index>`. */
  readonly name: string;
  readonly framework: Framework;
  private readonly setting: JobSetting;

  constructor(scope: Construct, id: string, props: DistributedTrainingJobProps) {
    super(scope, id);
    this.name = props.metadata?.name ?? id;
    this.framework = props.framework;
    this.setting = settingOf(this.name, props, nodesOf(this), namespaceOf(this, props));
    const labels = { ...props.metadata?.labels, ...this.setting.queue?.entry.labels };
    const resource = new this.framework.resource(this, 'Resource', {
      metadata: {
        ...props.metadata,
        name: this.name,
        ...(Object.keys(labels).length > 0 && { labels }),
      },
      spec: Lazy.any({ produce: () => this.render().spec }),
    });
    const claims = addClaimTemplates(this, this.render().roles, this.setting.context, props.metadata?.namespace);
    for (const claim of claims) resource.node.addDependency(claim);
    const claim = props.checkpoint?.addTo(this, this.name, props.metadata?.namespace);
    if (claim) resource.node.addDependency(claim);
    this.node.addValidation({ validate: () => this.problems() });
  }

  private render() {
    return this.framework.specWith(this.policy(), this.setting.context);
  }

  private policy(): RunPolicy {
    const { runPolicy, queue, checkpoint } = this.setting;
    const policy = runPolicyOf({ ...queue?.entry, ...runPolicy });
    return { ...policy, ...(checkpoint && { checkpoint: checkpoint.policyFor(this.name) }) };
  }

  private problems(): string[] {
    const { largest, roles } = this.render();
    const fromProps = [
      ...orderProblems(this, this.setting.context),
      ...this.framework.problems(this.policy(), this.setting.context),
      ...jobNameProblems(this.name, largest),
      ...jobProblems(roles, this.setting),
    ];
    return fromProps.length > 0 ? fromProps : this.schemaProblems();
  }

  private schemaProblems(): string[] {
    const result = this.framework.definition.spec.safeParse(this.render().spec);
    return result.success ? [] : result.error.issues.map(({ path, message }) => `spec.${path.join('.')}: ${message}`);
  }
}

const namespaceOf = (job: Construct, { metadata }: DistributedTrainingJobProps): string =>
  metadata?.namespace ?? Chart.of(job).namespace ?? 'default';

function settingOf(
  jobName: string,
  props: DistributedTrainingJobProps,
  nodes: ClusterNodes | undefined,
  namespace: string,
): JobSetting {
  const { platform = nodes?.platform, capacity, pool, topology, queue, checkpoint, runPolicy = {}, metadata } = props;
  const context: JobContext = {
    jobName,
    ...(nodes && { nodes }),
    ...(platform && { platform }),
    ...(capacity && { capacity }),
    ...(pool && { pool }),
    ...(topology && { topology }),
  };
  return {
    context,
    namespace,
    runPolicy,
    queue: typeof queue === 'string' ? Queue.kueue(queue) : queue,
    checkpoint,
    checkpointed: checkpoint !== undefined || metadata?.annotations?.[CHECKPOINT_INTERVAL_ANNOTATION] !== undefined,
  };
}
