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
  type RunPolicyProps,
} from '../constructs/index.ts';

export interface DigitsJobProps {
  /** Name of the job. @default 'digits' */
  readonly name?: string;
  /** @default - the chart's namespace */
  readonly namespace?: string;
  /** Worker pods beside the master. @default 2 */
  readonly workers?: number;
  /** An image with PyTorch and scikit-learn. @default 'armature-training-torch:0.1.0' */
  readonly image?: string;
  /** Passes over the data. @default 30 */
  readonly epochs?: number;
  /** @default - see RunPolicyProps */
  readonly runPolicy?: RunPolicyProps;
}

const SCRIPT = 'digits.py';
const FOLDER = '/opt/digits';
/** `nobody`-like user: Pod Security `restricted` asks for one. */
const USER = 65532;

/** The quickstart's job: learns handwritten digits on one master and two workers, DistributedDataParallel over gloo. */
export function digitsJob(scope: Construct, props: DigitsJobProps = {}): DistributedTrainingJob {
  const { name = 'digits', namespace, image = 'armature-training-torch:0.1.0' } = props;
  const placed = namespace ? { namespace } : {};
  const script = new ConfigMap(scope, `${name}-script`, {
    metadata: { name: `${name}-script`, ...placed },
    data: { [SCRIPT]: readFileSync(new URL(`../../images/training-torch/${SCRIPT}`, import.meta.url), 'utf8') },
  });
  const job = new DistributedTrainingJob(scope, name, {
    metadata: { name, ...placed },
    framework: Framework.pytorch({
      image,
      command: ['python3', `${FOLDER}/${SCRIPT}`],
      volumes: [JobVolume.configMap(FOLDER, script)],
      resources: {
        cpu: { request: Cpu.millis(100) },
        memory: { request: Size.mebibytes(256), limit: Size.gibibytes(1) },
      },
      ...(props.epochs !== undefined && { envVariables: { EPOCHS: EnvValue.fromValue(String(props.epochs)) } }),
      user: USER,
      master: {},
      workers: { replicas: props.workers ?? 2 },
    }),
    ...(props.runPolicy && { runPolicy: props.runPolicy }),
  });
  job.node.addDependency(script);
  return job;
}
