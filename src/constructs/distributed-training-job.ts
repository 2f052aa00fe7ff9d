import { type ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { acceleratorProblems } from './accelerator-problems.ts';
import type { Platform } from './cluster-platform.ts';
import { addClaimTemplates } from './device-claims.ts';
import type { Framework } from './framework.ts';
import type { JobContext } from './job-context.ts';
import { jobNameProblems } from './job-name.ts';
import { type RunPolicyProps, runPolicyOf } from './run-policy.ts';

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
   * Kueue's local queue that admits the job.
   * @default - the job starts at once
   */
  readonly queue?: string;
  /**
   * Where the cluster runs: decides how accelerators are found.
   * @default Platform.plain()
   */
  readonly platform?: Platform;
}

const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name';

/**
 * Training on several pods at once: a job of the kind that its framework names.
 * @see https://www.kubeflow.org/docs/components/trainer/legacy-v1/
 */
export class DistributedTrainingJob extends Construct {
  /** Name of the job: its pods are called `<name>-<role>-<index>`. */
  readonly name: string;
  readonly framework: Framework;
  private readonly runPolicy: RunPolicyProps;
  private readonly context: JobContext;

  constructor(scope: Construct, id: string, props: DistributedTrainingJobProps) {
    super(scope, id);
    this.name = props.metadata?.name ?? id;
    this.framework = props.framework;
    this.runPolicy = props.runPolicy ?? {};
    this.context = { jobName: this.name, ...(props.platform && { platform: props.platform }) };
    const resource = new this.framework.resource(this, 'Resource', {
      metadata: {
        ...props.metadata,
        name: this.name,
        ...(props.queue && { labels: { ...props.metadata?.labels, [QUEUE_LABEL]: props.queue } }),
      },
      spec: Lazy.any({ produce: () => this.render().spec }),
    });
    const claims = addClaimTemplates(this, this.render().roles, this.context, props.metadata?.namespace);
    for (const claim of claims) resource.node.addDependency(claim);
    this.node.addValidation({ validate: () => this.problems() });
  }

  private render() {
    return this.framework.specWith(runPolicyOf(this.runPolicy), this.context);
  }

  private problems(): string[] {
    const { largest, roles } = this.render();
    const fromProps = [
      ...this.framework.problems(),
      ...jobNameProblems(this.name, largest),
      ...acceleratorProblems(roles, this.context),
    ];
    return fromProps.length > 0 ? fromProps : this.schemaProblems();
  }

  private schemaProblems(): string[] {
    const result = this.framework.definition.spec.safeParse(this.render().spec);
    return result.success ? [] : result.error.issues.map(({ path, message }) => `spec.${path.join('.')}: ${message}`);
  }
}
