import { type App, Chart } from 'cdk8s';
import {
  type DistributedTrainingJob,
  MlPlatform,
  type MlPlatformProps,
  Namespace,
  TrainingRuntimes,
} from '../constructs/index.ts';
import { type DigitsJobProps, digitsJob } from './digits.ts';

export interface PlatformStackProps {
  /** @default - see MlPlatformProps */
  readonly platform?: MlPlatformProps;
  /** The example job. @default - see DigitsJobProps, in namespace `quickstart` */
  readonly digits?: DigitsJobProps;
  /** Installs the training runtimes of Kubeflow Trainer, for TrainJobs. @default true */
  readonly trainingRuntimes?: boolean;
}

/** What this repository itself deploys. */
export interface PlatformStack {
  /** Chart of the platform. */
  readonly platformChart: Chart;
  readonly platform: MlPlatform;
  /** Chart of the example, to be applied after the platform's. */
  readonly digitsChart: Chart;
  readonly digits: DistributedTrainingJob;
}

/** The platform in one chart; the quickstart's job, with its namespace, and the training runtimes in others. */
export function platformStack(app: App, props: PlatformStackProps = {}): PlatformStack {
  const platformChart = new Chart(app, 'armature');
  const platform = new MlPlatform(platformChart, 'Platform', props.platform);

  const digitsChart = new Chart(app, 'digits');
  const namespace = props.digits?.namespace ?? 'quickstart';
  new Namespace(digitsChart, 'Namespace', {
    metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
  const digits = digitsJob(digitsChart, { ...props.digits, namespace });
  if (props.trainingRuntimes !== false) {
    new TrainingRuntimes(new Chart(app, 'training-runtimes'), 'TrainingRuntimes', { platform });
  }
  return { platformChart, platform, digitsChart, digits };
}
