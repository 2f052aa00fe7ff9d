import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { crdOf, DEFINITIONS, type KubeObject } from '../../../src/api/index.ts';
import { checkAll } from '../../../src/cli/check/check.ts';
import { CODES, type Code } from '../../../src/cli/check/codes.ts';
import { jsonReport, textReport } from '../../../src/cli/check/report.ts';
import type { Pool } from '../../../src/embedded/what-if/index.ts';
import { trainingDomains } from '../../../src/training/controller.ts';

const SAFE = `
              seccompProfile: {type: RuntimeDefault}
              runAsNonRoot: true`;

/** A job without fault, with a part of it replaced. */
const job = (replaced: Readonly<Record<string, string>> = {}) => {
  const text = `
apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata:
  name: train
  namespace: team-a
  labels: {team: a}
spec:
  runPolicy: {backoffLimit: 3}
  pytorchReplicaSpecs:
    Worker:
      replicas: 2
      template:
        spec:
          securityContext:${SAFE}
          containers:
            - name: pytorch
              image: train:1
              resources: {limits: {cpu: 4, memory: 8Gi, nvidia.com/gpu: 1}}
              securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`;
  return Object.entries(replaced).reduce((written, [part, other]) => {
    if (!written.includes(part)) throw new Error(`the job has no ${part}`);
    return written.replace(part, other);
  }, text);
};

const pool = (capacity: Readonly<Record<string, number>>, more: Partial<Pool> = {}): Pool => ({
  name: 'a100',
  count: 2,
  capacity: new Map(Object.entries({ pods: 110, ...capacity }).map(([name, amount]) => [name, amount * 1000])),
  labels: {},
  taints: [],
  ...more,
});

function check(text: string, pools?: readonly Pool[]) {
  const located = parseAllDocuments(text).map((document, index) => ({
    object: document.toJS() as KubeObject,
    where: `document ${index + 1}`,
  }));
  return checkAll(located, { definitions: DEFINITIONS, domains: trainingDomains(), ...(pools && { pools }) });
}

const found = (text: string, pools?: readonly Pool[]) =>
  check(text, pools).flatMap(({ findings }) =>
    findings.map(({ code, field, message }) => `${code} ${field}: ${message}`),
  );

const WORKER = 'spec.pytorchReplicaSpecs.Worker';
const GPU = { cpu: 96, memory: 1e12, 'nvidia.com/gpu': 8 };

describe('armature check', () => {
  test('finds nothing in a job without fault', () => {
    expect(found(job(), [pool(GPU)])).toEqual([]);
  });

  const cases: readonly (readonly [Code, string, string, (readonly Pool[])?])[] = [
    [
      'unknown-kind',
      job({ PyTorchJob: 'PytorchJob' }),
      'kind: the platform serves no PytorchJob: did you mean "PyTorchJob"?',
    ],
    [
      'unknown-kind',
      job({ 'kubeflow.org/v1': 'kubeflow.org/v1beta2' }),
      'apiVersion: the platform serves no PyTorchJob of',
    ],
    [
      'unknown-field',
      job({ 'replicas:': 'replica:' }),
      `${WORKER}.replica: there is no such field: did you mean "replicas"?`,
    ],
    ['unknown-field', job({ 'runPolicy:': 'policy:' }), 'spec.policy: there is no such field: remove it'],
    [
      'unknown-field',
      job({ 'resources:': 'resource:' }),
      `${WORKER}.template.spec.containers[0].resource: there is no such field: did you mean "resources"?`,
    ],
    [
      'deprecated-field',
      job({ 'runPolicy: {backoffLimit: 3}': 'elasticPolicy: {nProcPerNode: 2}' }),
      'spec.elasticPolicy.nProcPerNode: write spec.nprocPerNode instead',
    ],
    ['invalid-field', job({ 'backoffLimit: 3': 'backoffLimit: -1' }), 'spec.runPolicy.backoffLimit: Invalid value'],
    ['invalid-field', job({ 'Worker:': 'Wroker:' }), 'may only have the keys Master and Worker'],
    [
      'invalid-field',
      job({ 'securityContext: {allow': 'ports: [{name: a}]\n              securityContext: {allow' }),
      'containerPort',
    ],
    [
      'refused-by-controller',
      `${RUNTIME()}---\n${trainJob('[{manager: a.b/c, trainingRuntimeSpec: {template: {spec: {replicatedJobs: [{name: other}]}}}}]')}`,
      'other',
    ],
    [
      'runtime-missing',
      trainJob('[]'),
      'spec.runtimeRef: ClusterTrainingRuntime plain is neither shipped nor among the files',
    ],
    ['duplicate-object', `${job()}---${job()}`, 'train: there is another PyTorchJob of this name in document 1'],
    [
      'accelerator-without-limit',
      job({ 'limits: {cpu: 4, memory: 8Gi, nvidia.com/gpu: 1}': 'requests: {nvidia.com/gpu: 1}' }),
      `${WORKER}.template.spec.containers[0].resources.limits: devices are given by their limit`,
    ],
    [
      'fits-no-node',
      job(),
      `${WORKER}.template.spec: no node pool takes such a pod: a100: a node has too little nvidia.com/gpu; cpu: untolerated taint(s)`,
      [
        pool({ ...GPU, 'nvidia.com/gpu': 0 }),
        pool(GPU, { name: 'cpu', taints: [{ key: 'dedicated', effect: 'NoSchedule' }] }),
      ],
    ],
    [
      'gang-fits-not',
      job({ 'replicas: 2': 'replicas: 9' }),
      'only 8 of its 9 pods find a place at once',
      [pool({ ...GPU, 'nvidia.com/gpu': 4 })],
    ],
    [
      'quota-too-small',
      `${job()}---\n${quota('{requests.nvidia.com/gpu: 1}')}`,
      'its pods ask for 2 requests.nvidia.com/gpu, and ResourceQuota gpus gives 1',
    ],
    [
      'quota-needs-request',
      `${job({ 'cpu: 4, ': '' })}---\n${quota('{requests.cpu: 100}')}`,
      'ResourceQuota gpus counts requests.cpu, so that pods without a request of cpu are refused',
    ],
    [
      'queue-missing',
      `${job({ '{team: a}': '{kueue.x-k8s.io/queue-name: gpus}' })}---\n${localQueue('gpu')}`,
      'the namespace team-a has no LocalQueue gpus: add it, or name one of gpu',
    ],
    [
      'queue-too-small',
      `${job({ '{team: a}': '{kueue.x-k8s.io/queue-name: gpu}' })}---\n${localQueue('gpu')}---\n${clusterQueue('')}`,
      'its pods ask for 2 nvidia.com/gpu, and all flavors of ClusterQueue shared have 1 together',
    ],
    [
      'image-without-tag',
      job({ 'train:1': 'registry:5000/train' }),
      `${WORKER}.template.spec.containers[0].image: registry:5000/train has no tag`,
    ],
    ['image-without-tag', job({ 'train:1': 'train:latest' }), 'train:latest has the tag latest'],
    [
      'pod-security',
      job({ 'runAsNonRoot: true': 'runAsUser: 0' }),
      `${WORKER}.template.spec.containers[0].securityContext.runAsUser: must not be 0 (Pod Security restricted forbids it)`,
    ],
    [
      'pod-security-enforced',
      `${job({ 'containers:': 'hostNetwork: true\n          containers:' })}---\n${namespace('baseline')}`,
      `${WORKER}.template.spec.hostNetwork: shares a namespace of the node: leave it out (the namespace enforces baseline)`,
    ],
    [
      'spot-without-checkpoint',
      job({ 'containers:': 'nodeSelector: {cloud.google.com/gke-spot: "true"}\n          containers:' }),
      `${WORKER}.template.spec.nodeSelector[cloud.google.com/gke-spot]: spot machines may be taken`,
    ],
  ];

  test.each(cases.map(([code, text, message, pools]) => ({ code, text, message, pools })))(
    '$code: $message',
    ({ code, text, message, pools }) => {
      const findings = found(text, pools);
      expect(findings).toContainEqual(expect.stringMatching(new RegExp(`^${code} `)));
      expect(findings).toContainEqual(expect.stringContaining(message));
    },
  );

  test('has a case for each code', () => {
    expect([...new Set(cases.map(([code]) => code))].sort()).toEqual(Object.keys(CODES).sort());
  });

  const served = DEFINITIONS.flatMap((definition) =>
    crdOf(definition).spec.versions.map(
      ({ name }) => [`${definition.kind.group}/${name}`, definition.kind.kind] as const,
    ),
  );
  test.each(served)('knows the fields of %s %s', (apiVersion, kind) => {
    const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\nspec: {bogus: 1}\n`;
    expect(found(text)).toContainEqual('unknown-field spec.bogus: there is no such field: remove it');
  });

  test('says of what is misshapen only that', () => {
    const codes = check(job({ 'backoffLimit: 3': 'backoffLimit: -1', 'train:1': 'train' }));
    expect(codes.flatMap(({ findings }) => findings.map(({ code }) => code))).toEqual(['invalid-field']);
  });

  test('looks into the pods of other kinds', () => {
    const text = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 3, template: {spec: {containers: [{name: web, image: web}]}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {jobTemplate: {spec: {parallelism: 2, template: {spec: {containers: [{name: a, image: a}]}}}}}
`;
    const images = found(text).filter((each) => each.startsWith('image-without-tag'));
    expect(images).toEqual([
      expect.stringContaining('spec.template.spec.containers[0].image'),
      expect.stringContaining('spec.jobTemplate.spec.template.spec.containers[0].image'),
    ]);
  });

  test("multiplies a JobSet's replicas and parallelism", () => {
    const jobSet = `
apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata: {name: js, namespace: team-a}
spec:
  replicatedJobs:
    - name: a
      replicas: 2
      template: {spec: {parallelism: 3, completions: 3, template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}}
`;
    expect(found(`${jobSet}---\n${quota('{pods: 5}')}`)).toContainEqual(
      expect.stringContaining('its pods ask for 6 pods'),
    );
  });

  test('checks the pods that a TrainJob makes of its runtime', () => {
    const findings = found(`${RUNTIME()}---\n${trainJob('[]')}---\n${quota('{pods: 3}')}`);
    expect(findings).toContainEqual(expect.stringContaining('its pods ask for 4 pods'));
    expect(findings).toContainEqual(
      expect.stringContaining('JobSet.replicatedJobs[0].template.spec.template.spec.containers[0]'),
    );
  });

  test('knows the runtimes that the platform brings along', () => {
    const text = trainJob('[]').replace('name: plain', 'name: torch-distributed');
    expect(found(`${text}---\n${quota('{pods: 3}')}`)).toContainEqual(
      expect.stringContaining('its pods ask for 4 pods'),
    );
  });

  test('knows defaults that a LimitRange fills in, and quotas of some pods only', () => {
    const range =
      'apiVersion: v1\nkind: LimitRange\nmetadata: {name: a, namespace: team-a}\nspec: {limits: [{type: Container, default: {cpu: 1}}]}\n';
    expect(found(`${job({ 'cpu: 4, ': '' })}---\n${quota('{requests.cpu: 100}')}---\n${range}`)).toEqual([]);
    expect(found(`${job()}---\n${quota('{pods: 1}', 'scopes: [BestEffort], ')}`)).toEqual([]);
  });

  test('leaves queues alone that may borrow', () => {
    const labelled = job({ '{team: a}': '{kueue.x-k8s.io/queue-name: gpu}' });
    expect(found(`${labelled}---\n${localQueue('gpu')}---\n${clusterQueue('cohortName: all, ')}`)).toEqual([]);
  });

  test('is content with spot machines for a job that saves its work', () => {
    const affinity =
      'affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: karpenter.sh/capacity-type, operator: In, values: [spot]}]}]}}}\n          containers:';
    const spot = job({ 'containers:': affinity });
    expect(found(spot)).toEqual([expect.stringMatching(/^spot-without-checkpoint .*affinity/)]);
    expect(found(spot.replace('labels: {team: a}', 'annotations: {armature.dev/checkpoint-interval: 10m}'))).toEqual(
      [],
    );
  });

  test('reports to people and to programs', () => {
    const objects = check(job({ 'train:1': 'train', 'replicas:': 'replica:' }));
    expect(textReport(objects)).toMatchSnapshot();
    expect(JSON.parse(jsonReport(objects))).toMatchObject({
      objects: 1,
      errors: 1,
      warnings: 1,
      findings: [
        { level: 'error', code: 'unknown-field', kind: 'PyTorchJob', metadata: { name: 'train', namespace: 'team-a' } },
        { level: 'warning', code: 'image-without-tag', where: 'document 1' },
      ],
    });
  });
});

function quota(hard: string, more = ''): string {
  return `apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: gpus, namespace: team-a}\nspec: {${more}hard: ${hard}}\n`;
}

function namespace(standard: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a, labels: {pod-security.kubernetes.io/enforce: ${standard}}}\n`;
}

function localQueue(name: string): string {
  return `apiVersion: kueue.x-k8s.io/v1beta2\nkind: LocalQueue\nmetadata: {name: ${name}, namespace: team-a}\nspec: {clusterQueue: shared}\n`;
}

function clusterQueue(more: string): string {
  const flavors = '[{name: a100, resources: [{name: nvidia.com/gpu, nominalQuota: 1}]}]';
  return `apiVersion: kueue.x-k8s.io/v1beta2\nkind: ClusterQueue\nmetadata: {name: shared}\nspec: {${more}resourceGroups: [{coveredResources: [nvidia.com/gpu], flavors: ${flavors}}]}\n`;
}

function RUNTIME(): string {
  return `
apiVersion: trainer.kubeflow.org/v1alpha1
kind: ClusterTrainingRuntime
metadata: {name: plain}
spec:
  mlPolicy: {numNodes: 4, torch: {}}
  template:
    spec:
      replicatedJobs:
        - name: node
          template:
            metadata: {labels: {trainer.kubeflow.org/trainjob-ancestor-step: trainer}}
            spec: {template: {spec: {containers: [{name: node, image: "torch:2"}]}}}
`;
}

function trainJob(patches: string): string {
  return `
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
metadata: {name: tune, namespace: team-a}
spec: {runtimeRef: {name: plain}, trainer: {numNodes: 4}, runtimePatches: ${patches}}
`;
}
