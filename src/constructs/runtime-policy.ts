import type { MlPolicy } from '../api/index.ts';

/** How MPI starts its processes. */
export interface MpiPolicyOptions {
  /** Processes on each node. @default 1, or the node's GPUs */
  readonly processesPerNode?: number;
  /** Where the ssh keys are mounted; absolute. @default '/root/.ssh' */
  readonly sshPath?: string;
  /** The launcher computes along instead of waiting. @default false */
  readonly launcherIsNode?: boolean;
  /** Port on which the nodes' sshd listens. @default 2222 */
  readonly sshPort?: number;
}

/** How the nodes of a runtime find each other. */
export class RuntimePolicy {
  /** What clients read as the runtime's framework. */
  readonly framework: string;
  readonly mlPolicy: MlPolicy;
  /** Set where a launcher starts the processes of the nodes over ssh. */
  readonly sshPort: number | undefined;

  /** PyTorch and whatever else torchrun starts. */
  static torch(): RuntimePolicy {
    return new RuntimePolicy('torch', { torch: {} });
  }

  /** JAX, with one process on each node. */
  static jax(): RuntimePolicy {
    return new RuntimePolicy('jax', { jax: {} });
  }

  /** XGBoost, with one tracker. */
  static xgboost(): RuntimePolicy {
    return new RuntimePolicy('xgboost', { xgboost: {} });
  }

  /**
   * OpenMPI over ssh.
   * @param framework what clients read as the runtime's framework, such as `deepspeed`
   */
  static mpi(framework: string, options: MpiPolicyOptions = {}): RuntimePolicy {
    const { processesPerNode, sshPath, launcherIsNode, sshPort = 2222 } = options;
    const mpi = {
      mpiImplementation: 'OpenMPI' as const,
      ...(processesPerNode !== undefined && { numProcPerNode: processesPerNode }),
      ...(sshPath && { sshAuthMountPath: sshPath }),
      ...(launcherIsNode && { runLauncherAsNode: true }),
    };
    return new RuntimePolicy(framework, { mpi }, sshPort);
  }

  /**
   * Flux: the program runs over all nodes as `flux run` starts it.
   * @param processesPerNode default 1
   */
  static flux(processesPerNode?: number): RuntimePolicy {
    return new RuntimePolicy('flux', {
      flux: processesPerNode === undefined ? {} : { numProcPerNode: processesPerNode },
    });
  }

  /**
   * Nodes that are told nothing of one another.
   * @param framework what clients read as the runtime's framework
   */
  static plain(framework: string): RuntimePolicy {
    return new RuntimePolicy(framework, {});
  }

  private constructor(framework: string, mlPolicy: MlPolicy, sshPort?: number) {
    this.framework = framework;
    this.mlPolicy = mlPolicy;
    this.sshPort = sshPort;
  }
}
