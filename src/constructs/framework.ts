import type { PyTorchJobSpec, RunPolicy } from '../api/index.ts';
import type { Platform } from './cluster-platform.ts';
import { type PyTorchProps, pytorchProblems, pytorchSpec } from './pytorch.ts';

/** What a framework makes of a job, whatever the framework. */
export interface FrameworkSpec {
  readonly spec: PyTorchJobSpec;
  /** Most pods of each replica type that the job can ever have, by type. */
  readonly largest: Readonly<Record<string, number>>;
}

/** How the pods of a job find each other: each framework has its own kind, roles and environment. */
export class Framework {
  /** Kind of the custom resource. */
  readonly kind: 'PyTorchJob';
  private readonly render: (runPolicy: RunPolicy, platform?: Platform) => FrameworkSpec;
  private readonly check: () => readonly string[];

  /** PyTorch: DistributedDataParallel, FSDP, torchrun, elastic training. */
  static pytorch(props: PyTorchProps): Framework {
    return new Framework(
      'PyTorchJob',
      (runPolicy, platform) => pytorchSpec(props, runPolicy, platform),
      () => pytorchProblems(props),
    );
  }

  private constructor(
    kind: 'PyTorchJob',
    render: (runPolicy: RunPolicy, platform?: Platform) => FrameworkSpec,
    check: () => readonly string[],
  ) {
    this.kind = kind;
    this.render = render;
    this.check = check;
  }

  /** The custom resource's spec. */
  specWith(runPolicy: RunPolicy, platform?: Platform): FrameworkSpec {
    return this.render(runPolicy, platform);
  }

  /** What is wrong with the props, in words that say how to mend it. */
  problems(): readonly string[] {
    return this.check();
  }
}
