import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import { eventsText } from '../../../src/cli/train/events.ts';
import { jobText } from '../../../src/cli/train/get.ts';
import { reachHint } from '../../../src/cli/train/hints.ts';
import { eventsAbout } from '../../../src/cli/train/job-events.ts';
import { newsOf, newsText } from '../../../src/cli/train/job-news.ts';
import { ranked } from '../../../src/cli/train/job-pods.ts';
import { jobView, outcomeOf } from '../../../src/cli/train/job-view.ts';
import { trainKindNamed, trainKindOf } from '../../../src/cli/train/kinds.ts';
import { listText } from '../../../src/cli/train/list.ts';
import { lifeOf } from '../../../src/cli/train/log-lines.ts';
import { devicesOf, usageIn } from '../../../src/cli/train/pod-usage.ts';
import { progressText } from '../../../src/cli/train/progress-text.ts';
import { distance, suggestions } from '../../../src/cli/train/suggest.ts';
import { type PodLoad, topText } from '../../../src/cli/train/top.ts';
import { verdictOf } from '../../../src/cli/train/wait.ts';

const NOW = Date.parse('2026-11-21T10:10:00Z');
const template = { spec: { containers: [{ name: 'pytorch', image: 'x' }] } };

const job = (status: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'kubeflow.org/v1',
  kind: 'PyTorchJob',
  metadata: { name: 'digits', namespace: 'team', uid: 'j1', creationTimestamp: '2026-11-21T10:00:00Z', ...metadata },
  spec: { pytorchReplicaSpecs: { Master: { template }, Worker: { replicas: 2, template } } },
  status,
});

const pod = (type: string, index: number, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `digits-${type}-${index}`,
    namespace: 'team',
    uid: `p-${type}-${index}`,
    labels: {
      'training.kubeflow.org/job-name': 'digits',
      'training.kubeflow.org/replica-type': type,
      'training.kubeflow.org/replica-index': String(index),
    },
    ownerReferences: [
      { apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', name: 'digits', uid: 'j1', controller: true },
    ],
  },
  spec: { nodeName: 'n1', containers: [{ name: 'sidecar' }, { name: 'pytorch' }] },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'pytorch', restartCount: 1, state: { running: {} } }],
  },
  ...more,
});

const condition = (type: string, status = 'True', message = `it is ${type}`) => ({
  type,
  status,
  reason: `PyTorchJob${type}`,
  message,
  lastTransitionTime: '2026-11-21T10:05:00Z',
});
const TROUBLE = { type: 'PodTrouble', status: 'True', reason: 'OOMKilled', message: 'OOMKilled: pod x' };
const running = job({
  conditions: [TROUBLE, condition('Created'), condition('Running')],
  startTime: '2026-11-21T10:00:10Z',
  replicaStatuses: { Master: { active: 1 }, Worker: { active: 1, failed: 1, restarts: 3 } },
  lastFailures: [
    {
      time: '2026-11-21T10:04:00Z',
      attempt: 1,
      pod: 'digits-worker-1',
      rank: 2,
      reason: 'OOMKilled',
      message: 'pod digits-worker-1 was killed',
      counted: true,
      log: 'step 1\nstep 2\n',
    },
  ],
  trainerStatus: {
    progressPercentage: 42,
    estimatedRemainingSeconds: 120,
    metrics: [
      { name: 'loss', value: '0.5' },
      { name: 'global_step', value: '42' },
    ],
    lastUpdatedTime: '2026-11-21T10:05:00Z',
  },
});
const found = (object: KubeObject) => {
  const trainKind = trainKindOf(object);
  if (!trainKind) throw new Error(object.kind);
  return { trainKind, job: object };
};
const viewOf = (object: KubeObject) => jobView(found(object).trainKind, object);

describe('what armature train shows', () => {
  test('a list', () => {
    const views = [viewOf(running), viewOf(job({}, { name: 'b', namespace: 'other' }))];
    expect(listText(views, { everywhere: true, now: NOW })).toBe(
      [
        'NAMESPACE  NAME    KIND        STATE              PODS  PROGRESS  RESTARTS  AGE',
        'team       digits  PyTorchJob  Running (trouble)  2/3   42%       3         10m',
        'other      b       PyTorchJob  Pending            0/3   -         0         10m',
        '',
      ].join('\n'),
    );
    expect(listText([], { everywhere: false, now: NOW })).toBe('');
  });

  test('one job', () => {
    const pods = ranked(found(running), [pod('worker', 1), pod('master', 0)]);
    const warnings = [
      { time: '', type: 'Warning', reason: 'OOMKilled', about: 'PyTorchJob digits', message: 'pod x', count: 1 },
    ];
    expect(jobText({ view: viewOf(running), pods, warnings }, NOW)).toBe(
      [
        'PyTorchJob team/digits',
        '  State     Running: it is Running',
        '  Trouble   OOMKilled: pod x',
        '  Progress  step 42 (42%), loss 0.5, 2m left',
        '  Pods      Master 1 (1 running), Worker 2 (1 running, 1 failed)',
        '  Restarts  3',
        '  Times     made 10m ago, at work for 9m50s',
        '',
        'Pods by rank',
        '  0 master-0 Running on n1',
        '  2 worker-1 Running on n1',
        '',
        'Last failures',
        '  attempt 1, rank 2: pod digits-worker-1 was killed',
        '    | step 1',
        '    | step 2',
        '',
        'Last warnings',
        '  PyTorchJob digits: OOMKilled: pod x',
        '',
      ].join('\n'),
    );
  });

  test('what pods use', () => {
    const usage = { cpuMilli: 1500, memoryBytes: 3 * 2 ** 20 };
    const loads: PodLoad[] = [
      { rank: 0, seat: 'master-0', phase: 'Running', node: 'n1', usage, devices: { 'nvidia.com/gpu': 2 } },
      { rank: 1, seat: 'worker-0', phase: 'Pending', devices: {} },
    ];
    expect(topText('pytorchjob/digits is Running', loads, { step: 1, total: 4, metrics: {} })).toBe(
      [
        'pytorchjob/digits is Running: step 1/4 (25%)',
        '',
        'RANK  POD       PHASE    CPU    MEMORY  DEVICES           NODE',
        '0     master-0  Running  1500m  3Mi     2 nvidia.com/gpu  n1',
        '1     worker-0  Pending  -      -       -                 -',
        '',
      ].join('\n'),
    );
    const items = [{ metadata: { name: 'p' }, containers: [{ usage: { cpu: '1500000n', memory: '1Mi' } }, {}] }];
    expect(usageIn({ items }).get('p')).toEqual({ cpuMilli: 2, memoryBytes: 2 ** 20 });
    const spec = {
      containers: [{ resources: { limits: { 'amd.com/gpu': '2', cpu: 1 }, requests: { 'amd.com/gpu': 2 } } }],
    };
    expect([...devicesOf({ pod: pod('worker', 0, { spec }) })]).toEqual([['amd.com/gpu', 2]]);
  });

  test('events', () => {
    const about = (name: string, kind: string, more: object) =>
      ({
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { creationTimestamp: '2026-11-21T10:00:00Z' },
        reason: 'R',
        note: 'a\nb',
        regarding: { kind, name, ...more },
      }) as KubeObject;
    const events = eventsAbout(job(), new Set(['p1']), [
      {
        ...about('digits-worker-9', 'Pod', {}),
        series: { count: 3, lastObservedTime: '2026-11-21T10:09:00.5Z' },
      } as KubeObject,
      about('digits', 'PyTorchJob', { uid: 'j1' }),
      about('digits', 'PyTorchJob', { uid: 'earlier' }),
      about('digits2-worker-0', 'Pod', {}),
      about('named-otherwise', 'Pod', { uid: 'p1' }),
    ]);
    expect(events.map((event) => event.about)).toEqual([
      'PyTorchJob digits',
      'Pod named-otherwise',
      'Pod digits-worker-9',
    ]);
    expect(eventsText(events.slice(-1), NOW)).toBe(
      ['AGE  TYPE    REASON  ABOUT                MESSAGE', '60s  Normal  R (x3)  Pod digits-worker-9  a b', ''].join(
        '\n',
      ),
    );
  });

  test('progress, as far as it is known', () => {
    expect(progressText({ metrics: {} })).toBe('');
    expect(progressText({ percent: 12.9, metrics: { tokens_per_second: 51234.5 } })).toBe('12%, 51230 tokens/s');
    expect(progressText({ step: 3, epoch: 0.123456, metrics: { eval_loss: 1, throughput: 2 } })).toBe(
      'step 3, epoch 0.1235, eval loss 1, throughput 2',
    );
  });
});

describe('TrainJobs', () => {
  const counts = (name: string, more: object) => ({
    name,
    ready: 0,
    active: 0,
    succeeded: 0,
    failed: 0,
    suspended: 0,
    ...more,
  });
  const trainJob = (status: object, suspend = false): KubeObject => ({
    apiVersion: 'trainer.kubeflow.org/v1alpha1',
    kind: 'TrainJob',
    metadata: { name: 'fit', namespace: 'team', uid: 't1' },
    spec: { runtimeRef: { name: 'torch-distributed' }, suspend, trainer: { numNodes: 3 } },
    status,
  });
  const nodePod = (index: number): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `fit-node-0-${index}-abcde`,
      labels: {
        'jobset.sigs.k8s.io/replicatedjob-name': 'node',
        'batch.kubernetes.io/job-completion-index': String(index),
      },
    },
    spec: { containers: [{ name: 'node' }] },
  });

  test('run while a Job of theirs does, and their nodes are their ranks', () => {
    const jobsStatus = [counts('node', { active: 1 }), counts('dataset-initializer', { succeeded: 1 })];
    const running = trainJob({ jobsStatus });
    const view = viewOf(running);
    expect(view.state).toBe('Running');
    expect(view.replicas.map(({ type, wanted, active, succeeded }) => [type, wanted, active, succeeded])).toEqual([
      ['node', 3, 3, 0],
      ['dataset-initializer', 1, 0, 1],
    ]);
    const pods = ranked(found(running), [nodePod(2), nodePod(0)]);
    expect(pods.map(({ rank, seat, container }) => [rank, seat, container])).toEqual([
      [0, 'node-0', 'node'],
      [2, 'node-2', 'node'],
    ]);
    expect(verdictOf(found(running), running, 'running')).toBe(true);
  });

  test('end with Complete or Failed', () => {
    const done = trainJob({ conditions: [{ type: 'Complete', status: 'True', reason: 'AllJobsCompleted' }] });
    expect(outcomeOf(found(done).trainKind, done)).toBe('succeeded');
    expect(viewOf(trainJob({})).state).toBe('Pending');
    expect(found(done).trainKind.suspension(true)).toEqual({ spec: { suspend: true } });
    expect(trainKindNamed('train')?.kind.kind).toBe('TrainJob');
  });
});

describe('what armature train reads from objects', () => {
  test('a pod keeps its rank while others are missing, and belongs to its own job alone', () => {
    const other = pod('worker', 0);
    const owners = [{ apiVersion: 'kubeflow.org/v1', kind: 'TFJob', name: 'digits', uid: 'j2', controller: true }];
    const foreign = { ...other, metadata: { ...other.metadata, ownerReferences: owners } };
    const pods = ranked(found(job()), [pod('worker', 1), foreign]);
    expect(pods.map(({ rank, seat, container }) => [rank, seat, container])).toEqual([[2, 'worker-1', 'pytorch']]);
  });

  test('one life of a container has one name', () => {
    const [first] = ranked(found(job()), [pod('worker', 0)]);
    expect(first && lifeOf(first)).toBe('p-worker-0/1');
    const [waiting] = ranked(found(job()), [pod('worker', 0, { status: { phase: 'Pending' } })]);
    expect(waiting && lifeOf(waiting)).toBeUndefined();
  });

  test('conditions become news once', () => {
    const next = job({
      conditions: [condition('Created'), condition('Suspended', 'False'), condition('Running', 'False')],
    });
    expect(newsOf(undefined, running).map(newsText)).toEqual([
      '· PodTrouble: OOMKilled: pod x\n',
      '· Created: it is Created\n',
      '· Running: it is Running\n',
    ]);
    expect(newsOf(running, running)).toEqual([]);
    expect(newsOf(running, next).map(newsText)).toEqual([
      '· PodTrouble (no more): is over\n',
      '· Suspended (no more): it is Suspended\n',
    ]);
  });

  test('outcomes and what is waited for', () => {
    const failed = job({ conditions: [condition('Running', 'False'), condition('Failed')] });
    const succeeded = job({ conditions: [condition('Succeeded')] });
    const { trainKind } = found(failed);
    expect([failed, succeeded, running].map((object) => outcomeOf(trainKind, object))).toEqual([
      'failed',
      'succeeded',
      undefined,
    ]);
    expect(viewOf(failed)).toMatchObject({ state: 'Failed', endedAt: '2026-11-21T10:05:00Z' });
    const verdicts = (object: KubeObject) =>
      (['ended', 'succeeded', 'running', 'suspended', 'deleted'] as const).map((state) =>
        verdictOf({ trainKind }, object, state),
      );
    expect(verdicts(failed)).toEqual([true, false, false, false, undefined]);
    expect(verdicts(succeeded)).toEqual([true, true, false, false, undefined]);
    expect(verdicts(running)).toEqual([undefined, undefined, true, undefined, undefined]);
  });

  test.each(['pytorch', 'PyTorchJob', 'pytorchjobs', 'pytorchjobs.kubeflow.org'])('%s is PyTorchJob', (written) => {
    expect(trainKindNamed(written)?.kind.kind).toBe('PyTorchJob');
  });

  test('what is written wrongly is guessed', () => {
    expect(suggestions('digts', ['digits', 'other', 'digits-2'])).toEqual(['digits']);
    expect(suggestions('dig', ['digits', 'digits-2', 'dog'])).toEqual(['digits', 'digits-2', 'dog']);
    expect(suggestions('zebra', ['digits'])).toEqual([]);
    expect([distance('ab', 'ba'), distance('', 'abc'), distance('kitten', 'sitting')]).toEqual([1, 3, 3]);
  });

  test('refusals say what to do', () => {
    expect(reachHint({ code: 0 }, 'https://c', 'team')).toContain('armature up');
    expect(reachHint({ code: 401 }, 'https://c', 'team')).toContain('log in');
    expect(reachHint({ code: 403 }, 'https://c', 'team')).toContain('kubeflow-training-edit in the namespace team');
    expect(reachHint({ code: 422 }, 'https://c', 'team')).toBe('');
  });
});
