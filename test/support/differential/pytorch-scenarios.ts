import type { KubeObject } from '../../../src/api/kube.ts';
import { type JobShape, pytorchJob } from '../pytorch-job.ts';
import {
  type Act,
  evicted,
  exits,
  passes,
  patched,
  restarted,
  type Scenario,
  suspended,
  withServicePerPod,
} from './scenario.ts';

const scenario = (name: string, shape: JobShape, ...acts: readonly Act[]): Scenario => ({
  name,
  job: (namespace, own) => pytorchJob(namespace, own, shape),
  acts,
});

const TARGET = { type: 'Utilization', averageUtilization: 80 };
const METRICS = [{ type: 'Resource', resource: { name: 'cpu', target: TARGET } }];
const RESOURCES = { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi', 'nvidia.com/gpu': 1 } };

/** A pod template that uses what templates offer. */
const RICH_TEMPLATE = {
  metadata: { labels: { team: 'vision' }, annotations: { 'example.org/note': 'kept' } },
  spec: {
    restartPolicy: 'Always',
    tolerations: [{ operator: 'Exists' }],
    nodeSelector: { type: 'kwok' },
    priority: 0,
    terminationGracePeriodSeconds: 7,
    securityContext: { runAsUser: 1000, fsGroup: 2000 },
    dnsConfig: { options: [{ name: 'ndots', value: '2' }] },
    volumes: [{ name: 'shm', emptyDir: { medium: 'Memory' } }],
    initContainers: [{ name: 'fetch', image: 'example.org/fetch:1', env: [{ name: 'WHAT', value: 'data' }] }],
    containers: [
      { name: 'sidecar', image: 'example.org/proxy:1', ports: [{ name: 'admin', containerPort: 15000 }] },
      {
        name: 'pytorch',
        image: 'example.org/train:1',
        command: ['python', 'train.py'],
        args: ['--rank=$(RANK)'],
        workingDir: '/work',
        env: [
          { name: 'WORLD_SIZE', value: '99' },
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        ],
        ports: [
          { name: 'pytorchjob-port', containerPort: 4444 },
          { name: 'metrics', containerPort: 8000 },
        ],
        volumeMounts: [{ name: 'shm', mountPath: '/dev/shm' }],
        resources: RESOURCES,
      },
    ],
  },
};

const rich = (namespace: string, name: string): KubeObject => ({
  apiVersion: 'kubeflow.org/v1',
  kind: 'PyTorchJob',
  metadata: { namespace, name, labels: { owner: 'ann' } },
  spec: {
    nprocPerNode: '2',
    pytorchReplicaSpecs: {
      Master: { replicas: 1, restartPolicy: 'OnFailure', template: RICH_TEMPLATE },
      Worker: { restartPolicy: 'OnFailure', template: RICH_TEMPLATE },
    },
  },
});

const noPolicy = { master: 0, worker: 2 } as const;

export const PYTORCH_SCENARIOS: readonly Scenario[] = [
  scenario('pt-master', { runPolicy: { cleanPodPolicy: 'Running' } }, exits(0, 'master-0')),
  withServicePerPod(scenario('pt-master', {}, exits(0, 'worker-0'), exits(0, 'master-0'))),
  scenario('pt-alone', { worker: 0 }, exits(0, 'master-0')),
  scenario('pt-workers', noPolicy, exits(0, 'worker-0'), exits(0, 'worker-1')),
  withServicePerPod({ name: 'pt-rich', job: rich, acts: [] }),
  { name: 'pt-rich', job: rich, acts: [exits(0, 'master-0', 'worker-0')] },
  scenario('pt-nproc-gpu', { worker: 1, spec: { nprocPerNode: 'gpu' } }),
  scenario('pt-nproc-4', { worker: 1, spec: { nprocPerNode: '4' } }),
  scenario('pt-host-network', { worker: 1, pod: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } }),
  scenario(
    'pt-elastic',
    { ...noPolicy, spec: { elasticPolicy: { minReplicas: 1, maxReplicas: 3, maxRestarts: 100, metrics: METRICS } } },
    suspended(true),
    suspended(false),
    exits(0, 'worker-1'),
  ),
  scenario('pt-elastic-bare', { ...noPolicy, spec: { elasticPolicy: {} } }, exits(0, 'worker-0')),
  scenario('pt-elastic-min', { ...noPolicy, spec: { elasticPolicy: { minReplicas: 1 } } }),
  scenario('pt-elastic-full', {
    worker: 2,
    spec: {
      elasticPolicy: {
        maxReplicas: 4,
        nProcPerNode: 2,
        rdzvBackend: 'etcd-v2',
        rdzvHost: 'etcd',
        rdzvPort: 2379,
        rdzvId: 'run-1',
        rdzvConf: [
          { key: 'timeout', value: '900' },
          { key: 'join_timeout', value: '60' },
        ],
        standalone: true,
      },
    },
  }),
  scenario(
    'pt-suspended',
    { runPolicy: { suspend: true } },
    suspended(false),
    suspended(true),
    suspended(false),
    exits(0, 'master-0'),
  ),
  scenario('pt-never', { restartPolicy: 'Never' }, exits(1, 'worker-1')),
  withServicePerPod(
    scenario('pt-never-all', { restartPolicy: 'Never', runPolicy: { cleanPodPolicy: 'All' } }, exits(1, 'worker-0')),
  ),
  scenario('pt-never-master', { restartPolicy: 'Never' }, exits(3, 'master-0')),
  scenario('pt-code-again', { restartPolicy: 'ExitCode' }, exits(137, 'worker-0'), exits(0, 'master-0')),
  scenario('pt-code-final', { restartPolicy: 'ExitCode' }, exits(1, 'worker-0')),
  scenario('pt-evicted', { restartPolicy: 'OnFailure' }, evicted('worker-1'), exits(0, 'master-0')),
  scenario('pt-always', { restartPolicy: 'Always', worker: 1 }, exits(1, 'worker-0')),
  scenario(
    'pt-backoff',
    { restartPolicy: 'OnFailure', runPolicy: { backoffLimit: 2 } },
    restarted('worker-0', 1),
    restarted('worker-0', 2),
  ),
  scenario(
    'pt-backoff-clean',
    { restartPolicy: 'OnFailure', runPolicy: { backoffLimit: 1, cleanPodPolicy: 'Running' } },
    restarted('worker-0', 1),
  ),
  scenario('pt-backoff-0', { restartPolicy: 'OnFailure', runPolicy: { backoffLimit: 0 } }, exits(1, 'worker-0')),
  scenario('pt-deadline', { runPolicy: { activeDeadlineSeconds: 5 } }, passes(3000)),
  scenario('pt-ttl', { runPolicy: { ttlSecondsAfterFinished: 2 } }, exits(0, 'master-0')),
  scenario('pt-ttl-late', { runPolicy: { ttlSecondsAfterFinished: 600 } }, exits(0, 'master-0')),
  withServicePerPod(scenario('pt-clean-all', { runPolicy: { cleanPodPolicy: 'All' } }, exits(0, 'master-0'))),
  withServicePerPod(scenario('pt-clean-run', { runPolicy: { cleanPodPolicy: 'Running' } }, exits(0, 'master-0'))),
  withServicePerPod(
    scenario(
      'pt-scale',
      { worker: 1 },
      patched({ pytorchReplicaSpecs: { Worker: { replicas: 3 } } }),
      patched({ pytorchReplicaSpecs: { Worker: { replicas: 1 } } }),
    ),
  ),
  scenario('pt-scale-workers', noPolicy, patched({ pytorchReplicaSpecs: { Worker: { replicas: 3 } } })),
  scenario('pt-elsewhere', { runPolicy: { managedBy: 'kueue.x-k8s.io/multikueue' } }),
  scenario('pt-own', { worker: 0, runPolicy: { managedBy: 'kubeflow.org/training-operator' } }),
];
