import type { ReplicatedJob } from './jobset.ts';
import { CLUSTER_TRAINING_RUNTIME } from './kinds.ts';
import { apiVersionOf } from './kube.ts';
import { ANCESTOR_LABEL, FRAMEWORK_LABEL } from './labels.ts';
import type { Container, PodSpec } from './pod-template.ts';
import type { MlPolicy, TrainingRuntime, TrainingRuntimeSpec } from './training-runtime.ts';

/**
 * The runtimes that Kubeflow Trainer brings along, under their names and with their images, so that what refers to them
 * runs.
 */

/** The release of Kubeflow Trainer whose API and runtimes these are; clients compare it with theirs. */
export const TRAINER_VERSION = 'v2.3.0';

const image = (name: string): string => `ghcr.io/kubeflow/trainer/${name}`;

/** A ClusterTrainingRuntime that comes along, as clients find it. */
export function shippedRuntime(name: string, framework: string, spec: TrainingRuntimeSpec): TrainingRuntime {
  return {
    apiVersion: apiVersionOf(CLUSTER_TRAINING_RUNTIME),
    kind: CLUSTER_TRAINING_RUNTIME.kind,
    metadata: { name, labels: { [FRAMEWORK_LABEL]: framework } },
    spec,
  };
}

interface JobShape {
  readonly step?: string;
  readonly dependsOn?: ReplicatedJob['dependsOn'];
  readonly pod?: Omit<PodSpec, 'containers'>;
}

/** A replicated job of one container. */
export const shippedJob = (name: string, container: Container, { step, dependsOn, pod }: JobShape): ReplicatedJob => ({
  name,
  ...(dependsOn && { dependsOn }),
  template: {
    ...(step && { metadata: { labels: { [ANCESTOR_LABEL]: step } } }),
    spec: { template: { spec: { ...pod, containers: [container] } } },
  },
});

/** One job of equal nodes. */
function distributed(framework: string, policy: MlPolicy, of: string): TrainingRuntime {
  const replicatedJobs = [shippedJob('node', { name: 'node', image: of }, { step: 'trainer' })];
  return shippedRuntime(`${framework}-distributed`, framework, {
    mlPolicy: { numNodes: 1, ...policy },
    template: { spec: { replicatedJobs } },
  });
}

/** Nodes that wait for a launcher, which is one of them, to reach them over ssh. */
function launched(framework: string): TrainingRuntime {
  const pod = { securityContext: { fsGroup: 1000 } };
  const container = { name: 'node', image: image(`${framework}-runtime`), securityContext: { runAsUser: 1000 } };
  const node = {
    ...container,
    command: ['/usr/sbin/sshd'],
    args: ['-De', '-f', '/home/mpiuser/.sshd_config'],
    readinessProbe: { tcpSocket: { port: 2222 }, initialDelaySeconds: 5 },
  };
  return shippedRuntime(`${framework}-distributed`, framework, {
    mlPolicy: {
      numNodes: 1,
      mpi: {
        numProcPerNode: 1,
        mpiImplementation: 'OpenMPI',
        sshAuthMountPath: '/home/mpiuser/.ssh',
        runLauncherAsNode: true,
      },
    },
    template: {
      spec: {
        network: { publishNotReadyAddresses: true },
        successPolicy: { operator: 'All', targetReplicatedJobs: ['launcher'] },
        replicatedJobs: [
          shippedJob('node', node, { pod }),
          shippedJob('launcher', container, {
            step: 'trainer',
            pod,
            dependsOn: [{ name: 'node', status: 'Ready' }],
          }),
        ],
      },
    },
  });
}

interface Tuned {
  /** As the runtime is called: `llama3.2-1b`. */
  readonly name: string;
  /** As TorchTune calls its configuration: `llama3_2/1B`. */
  readonly config: string;
  /** Where the model comes from. */
  readonly source: string;
  readonly tokenizer: readonly string[];
}

/** Fine-tuning of one model: data and model are fetched onto a volume first. */
function torchtune({ name, config, source, tokenizer }: Tuned): TrainingRuntime {
  const volumeMounts = [{ name: 'initializer', mountPath: '/workspace' }];
  const fetch = (what: 'dataset' | 'model', from: string): ReplicatedJob => {
    const step = `${what}-initializer`;
    const env = [{ name: 'STORAGE_URI', value: from }];
    return shippedJob(step, { name: step, image: image(step), env, volumeMounts }, { step });
  };
  const command = [
    'tune',
    'run',
    '--rdzv_endpoint=localhost:29500',
    'full_finetune_distributed',
    '--config',
    `${config}_full`,
    'dataset=torchtune.datasets.instruct_dataset',
    'dataset.source=parquet',
    'dataset.data_dir=/workspace/dataset/data',
    'output_dir=/workspace/output',
    ...tokenizer,
    'checkpointer.checkpoint_dir=/workspace/model',
  ];
  const resources = { limits: { 'nvidia.com/gpu': 2 } };
  const dependsOn = ['dataset-initializer', 'model-initializer'].map((job) => ({
    name: job,
    status: 'Complete' as const,
  }));
  const claim = {
    metadata: { name: 'initializer' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } },
  };
  return shippedRuntime(`torchtune-${name}`, 'torchtune', {
    mlPolicy: { numNodes: 1, torch: {} },
    template: {
      spec: {
        volumeClaimPolicies: [{ templates: [claim] }],
        replicatedJobs: [
          fetch('dataset', 'hf://tatsu-lab/alpaca'),
          fetch('model', source),
          shippedJob(
            'node',
            { name: 'node', image: image('torchtune-trainer'), command, resources, volumeMounts },
            { step: 'trainer', dependsOn },
          ),
        ],
      },
    },
  });
}

const LLAMA_TOKENIZER = ['tokenizer.path=/workspace/model/original/tokenizer.model'];

/** All of them, in the order of their names' first words. */
export const SHIPPED_RUNTIMES: readonly TrainingRuntime[] = [
  distributed('torch', { torch: {} }, 'pytorch/pytorch:2.13.0-cuda13.0-cudnn9-runtime'),
  distributed('jax', { jax: {} }, 'nvcr.io/nvidia/jax:25.10-py3'),
  distributed('xgboost', { xgboost: {} }, image('xgboost-runtime')),
  launched('deepspeed'),
  launched('mlx'),
  torchtune({
    name: 'llama3.2-1b',
    config: 'llama3_2/1B',
    source: 'hf://meta-llama/Llama-3.2-1B-Instruct',
    tokenizer: LLAMA_TOKENIZER,
  }),
  torchtune({
    name: 'llama3.2-3b',
    config: 'llama3_2/3B',
    source: 'hf://meta-llama/Llama-3.2-3B-Instruct',
    tokenizer: LLAMA_TOKENIZER,
  }),
  torchtune({
    name: 'qwen2.5-1.5b',
    config: 'qwen2_5/1.5B',
    source: 'hf://Qwen/Qwen2.5-1.5B-Instruct',
    tokenizer: ['tokenizer.path=/workspace/model/vocab.json', 'tokenizer.merges_file=/workspace/model/merges.txt'],
  }),
];
