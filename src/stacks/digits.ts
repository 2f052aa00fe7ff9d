import { readFileSync } from 'node:fs';
import { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  ConfigMap,
  Cpu,
  DistributedTrainingJob,
  EnvValue,
  Framework,
  JobVolume,
  type ReplicaProps,
  type RunPolicyProps,
} from '../constructs/index.ts';

export interface DigitsJobProps {
  /** Name of the job. @default 'digits' */
  readonly name?: string;
  /** @default - the chart's namespace */
  readonly namespace?: string;
  /** @default 'pytorch' */
  readonly framework?: 'pytorch' | 'jax';
  /** Worker pods; PyTorch has a master beside them. @default 2 */
  readonly workers?: number;
  /** An image with what the script imports. @default - this repository's for the framework */
  readonly image?: string;
  /** Passes over the data. @default - the script's: 30 with PyTorch, 20 with JAX */
  readonly epochs?: number;
  /** @default - see RunPolicyProps */
  readonly runPolicy?: RunPolicyProps;
}

interface Program {
  /** The folder of images/ that holds the script and what it needs. */
  readonly folder: string;
  readonly image: string;
  framework(pods: ReplicaProps, workers: number): Framework;
}

const PROGRAMS: Readonly<Record<'pytorch' | 'jax', Program>> = {
  pytorch: {
    folder: 'training-torch',
    image: 'armature-training-torch:0.1.0',
    framework: (pods, replicas) => Framework.pytorch({ ...pods, master: {}, workers: { replicas } }),
  },
  jax: {
    folder: 'training-jax',
    image: 'armature-training-jax:0.1.0',
    framework: (pods, replicas) => Framework.jax({ ...pods, replicas }),
  },
};

const SCRIPT = 'digits.py';
const FOLDER = '/opt/digits';
/** `nobody`-like user: Pod Security `restricted` asks for one. */
const USER = 65532;

/** The quickstart's job: learns handwritten digits in several pods, each from its share of the data, over gloo. */
export function digitsJob(scope: Construct, props: DigitsJobProps = {}): DistributedTrainingJob {
  const { name = 'digits', namespace, framework = 'pytorch', workers = 2 } = props;
  const program = PROGRAMS[framework];
  const placed = namespace ? { namespace } : {};
  const script = new ConfigMap(scope, `${name}-script`, {
    metadata: { name: `${name}-script`, ...placed },
    data: { [SCRIPT]: readFileSync(new URL(`../../images/${program.folder}/${SCRIPT}`, import.meta.url), 'utf8') },
  });
  const pods: ReplicaProps = {
    image: props.image ?? program.image,
    command: ['python3', `${FOLDER}/${SCRIPT}`],
    volumes: [JobVolume.configMap(FOLDER, script)],
    resources: {
      cpu: { request: Cpu.millis(100) },
      memory: { request: Size.mebibytes(256), limit: Size.gibibytes(1) },
    },
    ...(props.epochs !== undefined && { envVariables: { EPOCHS: EnvValue.fromValue(String(props.epochs)) } }),
    user: USER,
  };
  const job = new DistributedTrainingJob(scope, name, {
    metadata: { name, ...placed },
    framework: program.framework(pods, workers),
    ...(props.runPolicy && { runPolicy: props.runPolicy }),
  });
  job.node.addDependency(script);
  return job;
}
