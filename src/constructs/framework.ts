import type { ApiObject, ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import type * as resources from '../../imports/kubeflow.org.ts';
import type { TrainJobSpec as TrainJobResourceSpec } from '../../imports/trainer.kubeflow.org.ts';
import type { JobSpec, ResourceDefinition, RunPolicy, TrainJobSpec } from '../api/index.ts';
import { type JaxProps, jax } from './jax.ts';
import type { JobContext } from './job-context.ts';
import { type MpiProps, mpi } from './mpi.ts';
import { type PaddleProps, paddle } from './paddle.ts';
import { type PyTorchProps, pytorch } from './pytorch.ts';
import type { ResolvedRole } from './roles.ts';
import { type RuntimeJobProps, type RuntimeReference, runtimeJob } from './runtime-job.ts';
import { type TensorFlowProps, tensorflow } from './tensorflow.ts';
import { type XGBoostProps, xgboost } from './xgboost.ts';

/** What a framework makes of a job, whatever the framework. */
export interface FrameworkSpec {
  readonly spec: JobSpec | TrainJobSpec;
  /** Most pods of each replica type that the job can ever have, by type. */
  readonly largest: Readonly<Record<string, number>>;
  /** Its kinds of pods, as they are after what is said for all of them. */
  readonly roles: readonly ResolvedRole[];
}

type AnySpec = resources.PyTorchJobSpec &
  resources.JAXJobSpec &
  resources.TFJobSpec &
  resources.XGBoostJobSpec &
  resources.PaddleJobSpec &
  resources.MPIJobSpec &
  TrainJobResourceSpec;

/** The generated class of a job kind; which spec it takes is its framework's business. */
type JobResource = new (
  scope: Construct,
  id: string,
  props: { readonly metadata: ApiObjectMetadata; readonly spec: AnySpec },
) => ApiObject;

/** What tells one framework from another. A further one is a file that fills this in. */
export interface JobFramework {
  /** The custom resource, and the schema of its spec. */
  readonly definition: ResourceDefinition;
  readonly resource: JobResource;
  render(runPolicy: RunPolicy, context: JobContext): FrameworkSpec;
  /** What is wrong with the props, in words that say how to mend it. */
  problems(runPolicy: RunPolicy, context: JobContext): readonly string[];
}

/** How the pods of a job find each other: each framework has its own kind, roles and environment. */
export class Framework {
  /** Kind of the custom resource. */
  readonly kind: string;
  private readonly job: JobFramework;

  /** PyTorch: DistributedDataParallel, FSDP, torchrun, elastic training. */
  static pytorch(props: PyTorchProps): Framework {
    return new Framework(pytorch(props));
  }

  /** JAX: `jax.distributed` with one process in each pod. */
  static jax(props: JaxProps): Framework {
    return new Framework(jax(props));
  }

  /** TensorFlow: `tf.distribute` strategies, parameter servers, estimators. */
  static tensorflow(props: TensorFlowProps): Framework {
    return new Framework(tensorflow(props));
  }

  /** XGBoost, and LightGBM: trees on several machines. */
  static xgboost(props: XGBoostProps): Framework {
    return new Framework(xgboost(props));
  }

  /** PaddlePaddle: collective training, parameter servers, elastic training. */
  static paddle(props: PaddleProps): Framework {
    return new Framework(paddle(props));
  }

  /** MPI: Horovod, DeepSpeed and whatever else `mpirun` starts, over ssh or by `kubectl exec`. */
  static mpi(props: MpiProps): Framework {
    return new Framework(mpi(props));
  }

  /**
   * A TrainJob of Kubeflow Trainer, after a runtime that says how its nodes find each other.
   * @param runtime a TrainingRuntime or ClusterTrainingRuntime, or the name of a ClusterTrainingRuntime, such as
   *   `torch-distributed`
   */
  static runtime(runtime: RuntimeReference | string, props: RuntimeJobProps): Framework {
    const reference: RuntimeReference =
      typeof runtime === 'string'
        ? { kind: 'ClusterTrainingRuntime', name: runtime }
        : { kind: runtime.kind, name: runtime.name, ...(runtime.pods && { pods: runtime.pods }) };
    return new Framework(runtimeJob(reference, props));
  }

  private constructor(job: JobFramework) {
    this.job = job;
    this.kind = job.definition.kind.kind;
  }

  /** @internal for {@link DistributedTrainingJob} */
  get resource(): JobResource {
    return this.job.resource;
  }

  /** @internal */
  get definition(): ResourceDefinition {
    return this.job.definition;
  }

  /** The custom resource's spec. */
  specWith(runPolicy: RunPolicy, context: JobContext = {}): FrameworkSpec {
    return this.job.render(runPolicy, context);
  }

  /** What is wrong with the props, in words that say how to mend it. */
  problems(runPolicy: RunPolicy = {}, context: JobContext = {}): readonly string[] {
    return this.job.problems(runPolicy, context);
  }
}
