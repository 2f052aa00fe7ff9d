import { setTimeout as delay } from 'node:timers/promises';
import { EXCLUSIVE_TOPOLOGY_ANNOTATION, NODE_SELECTOR_STRATEGY_ANNOTATION } from '../../../src/api/labels.ts';
import { type JobSetUnderTest, jobSetOf, type RoleShape, replicatedJob } from '../job-set.ts';
import { POOL } from '../node-pools.ts';
import type { Act, Scenario } from './scenario.ts';

type SetAct = Act<JobSetUnderTest>;
type SetScenario = Scenario<JobSetUnderTest>;

const set = (name: string, spec: object, ...acts: readonly SetAct[]): SetScenario => marked(name, {}, spec, ...acts);

const marked = (name: string, metadata: object, spec: object, ...acts: readonly SetAct[]): SetScenario => ({
  name,
  job: (namespace, own) => jobSetOf(namespace, own, spec, metadata),
  acts,
});

/** All pods of these Jobs end with this code. */
const end =
  (code: number, ...jobs: readonly string[]): SetAct =>
  async (one) => {
    for (const job of jobs) await one.exit(`${one.name}-${job}`, code);
  };
const passes =
  (milliseconds: number): SetAct =>
  () =>
    delay(milliseconds);
const edit =
  (spec: object): SetAct =>
  (one) =>
    one.edit(spec);

/** As a queue does it: the templates change along with the suspension. */
const placed =
  (suspend: boolean, pod: object, metadata: object = {}): SetAct =>
  async (one) => {
    const [role] = ((await one.get())?.spec.replicatedJobs ?? []) as ReturnType<typeof replicatedJob>[];
    if (!role) throw new Error(`the JobSet ${one.name} is gone`);
    const { template } = role.template.spec;
    const changed = {
      ...template,
      metadata: { ...template.metadata, ...metadata },
      spec: { ...template.spec, ...pod },
    };
    const spec = { ...role.template.spec, template: changed };
    return one.edit({ suspend, replicatedJobs: [{ ...role, template: { ...role.template, spec } }] });
  };

const two = { parallelism: 2, completions: 2 };
const leader = (shape: RoleShape = {}) => replicatedJob('leader', shape);
const workers = (shape: RoleShape = {}) => replicatedJob('worker', { replicas: 2, job: two, ...shape });
const bothRoles = [leader(), workers()];

const PLAIN: readonly SetScenario[] = [
  set('js-plain', { replicatedJobs: bothRoles }, end(0, 'leader-0', 'worker-1'), end(0, 'worker-0')),
  marked(
    'js-labels',
    { labels: { team: 'vision' }, annotations: { 'example.org/note': 'of the set' } },
    {
      replicatedJobs: [
        leader({
          metadata: { labels: { shade: 'blue' }, annotations: { 'example.org/note': 'of the job' } },
          podLabels: { tier: 'gold' },
          podAnnotations: { 'example.org/note': 'of the pod' },
          job: { completionMode: 'NonIndexed', backoffLimit: 3 },
          pod: { restartPolicy: 'Never', subdomain: 'mine' },
        }),
      ],
    },
    end(0, 'leader-0'),
  ),
  set(
    'js-child-ttl',
    { replicatedJobs: [leader({ job: { ttlSecondsAfterFinished: 1 } }), workers()] },
    end(0, 'leader-0'),
  ),
  set('js-none', { replicatedJobs: [leader(), workers({ replicas: 0 })] }, end(0, 'leader-0')),
  set('js-elsewhere', { managedBy: 'kueue.x-k8s.io/multikueue', replicatedJobs: [leader()] }),
  set('js-ttl', { ttlSecondsAfterFinished: 2, replicatedJobs: [leader()] }, end(0, 'leader-0')),
  set('js-coordinator', {
    coordinator: { replicatedJob: 'worker', jobIndex: 1, podIndex: 1 },
    replicatedJobs: bothRoles,
  }),
  set('js-subdomain', { network: { subdomain: 'mesh' }, replicatedJobs: bothRoles }),
  set('js-nameless', { network: { enableDNSHostnames: false }, replicatedJobs: bothRoles }),
  set('js-ready-only', { network: { publishNotReadyAddresses: false }, replicatedJobs: [leader()] }),
  set('js-groups', {
    replicatedJobs: [
      leader({ groupName: 'a' }),
      workers({ groupName: 'b' }),
      replicatedJob('more', { groupName: 'b' }),
    ],
  }),
];

const gated = { schedulingGates: [{ name: 'example.org/wait' }] };
const open: SetAct = (one) => one.openGates();

const ORDER: readonly SetScenario[] = [
  set(
    'js-depends',
    {
      replicatedJobs: [
        leader({ pod: gated }),
        workers({ dependsOn: [{ name: 'leader', status: 'Ready' }] }),
        replicatedJob('last', {
          dependsOn: [
            { name: 'leader', status: 'Complete' },
            { name: 'worker', status: 'Complete' },
          ],
        }),
      ],
    },
    open,
    end(0, 'leader-0'),
    end(0, 'worker-0', 'worker-1'),
    end(0, 'last-0'),
  ),
  set(
    'js-depends-suspended',
    {
      suspend: true,
      replicatedJobs: [leader({ pod: gated }), workers({ dependsOn: [{ name: 'leader', status: 'Ready' }] })],
    },
    edit({ suspend: false }),
    open,
    edit({ suspend: true }),
    edit({ suspend: false }),
  ),
  set(
    'js-in-order-restarts',
    {
      startupPolicy: { startupPolicyOrder: 'InOrder' },
      failurePolicy: { maxRestarts: 2 },
      replicatedJobs: [leader({ pod: gated }), workers()],
    },
    open,
    end(1, 'worker-1'),
    open,
    end(0, 'leader-0', 'worker-0', 'worker-1'),
  ),
  set(
    'js-in-order',
    { startupPolicy: { startupPolicyOrder: 'InOrder' }, replicatedJobs: [leader({ pod: gated }), workers()] },
    open,
    end(0, 'leader-0', 'worker-0', 'worker-1'),
  ),
  set(
    'js-in-order-suspended',
    {
      suspend: true,
      startupPolicy: { startupPolicyOrder: 'InOrder' },
      replicatedJobs: [leader({ pod: gated }), workers()],
    },
    edit({ suspend: false }),
    open,
    edit({ suspend: true }),
  ),
];

const success = (operator: string, ...targetReplicatedJobs: readonly string[]) => ({
  successPolicy: { operator, ...(targetReplicatedJobs.length > 0 && { targetReplicatedJobs }) },
  replicatedJobs: bothRoles,
});

const SUCCESS: readonly SetScenario[] = [
  set('js-any', success('Any'), end(0, 'worker-1')),
  set('js-any-worker', success('Any', 'worker'), end(0, 'leader-0'), end(0, 'worker-0')),
  set('js-all-leader', success('All', 'leader'), end(0, 'worker-0'), end(0, 'leader-0')),
];

const failing = (failurePolicy: object, replicatedJobs: readonly object[] = bothRoles) => ({
  failurePolicy,
  replicatedJobs,
});
/** This exit code ends the Job at once. */
const FATAL_7 = {
  rules: [{ action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [7] } }],
};
const rule = (action: string, more: object = {}) => ({ action, ...more });

const FAILURE: readonly SetScenario[] = [
  set('js-fails', { replicatedJobs: bothRoles }, end(1, 'worker-1')),
  set('js-restarts', failing({ maxRestarts: 1 }), end(1, 'worker-0'), end(0, 'leader-0'), end(1, 'worker-1')),
  set('js-no-restarts', failing({ maxRestarts: 0 }), end(1, 'leader-0')),
  set('js-blocking', failing({ maxRestarts: 2, restartStrategy: 'BlockingRecreate' }), end(1, 'worker-0')),
  set(
    'js-rule-fails',
    failing({ maxRestarts: 3, rules: [rule('FailJobSet', { targetReplicatedJobs: ['leader'] })] }),
    end(1, 'worker-0'),
    end(1, 'leader-0'),
  ),
  set(
    'js-rule-ignores',
    failing({ maxRestarts: 0, rules: [rule('RestartJobSetAndIgnoreMaxRestarts', { name: 'again' })] }),
    end(1, 'worker-0'),
    end(0, 'leader-0', 'worker-0', 'worker-1'),
  ),
  set(
    'js-rule-reason',
    failing({
      maxRestarts: 0,
      rules: [
        rule('FailJobSet', { onJobFailureReasons: ['PodFailurePolicy'] }),
        rule('RestartJobSetAndIgnoreMaxRestarts', {
          onJobFailureReasons: ['BackoffLimitExceeded'],
          onJobFailureMessagePatterns: ['^nothing$', 'backoff (limit|end)'],
        }),
      ],
    }),
    end(1, 'worker-0'),
  ),
  set(
    'js-rule-deadline',
    failing({ maxRestarts: 3, rules: [rule('FailJobSet', { onJobFailureReasons: ['DeadlineExceeded'] })] }, [
      leader({ job: { activeDeadlineSeconds: 3 } }),
    ]),
    passes(4000),
  ),
  set(
    'js-rule-pods',
    failing({ maxRestarts: 3, rules: [rule('FailJobSet', { onJobFailureReasons: ['PodFailurePolicy'] })] }, [
      leader({ job: { backoffLimit: 3, podFailurePolicy: FATAL_7 }, pod: { restartPolicy: 'Never' } }),
      workers(),
    ]),
    end(1, 'worker-0'),
    end(7, 'leader-0'),
  ),
  set(
    'js-rule-two-jobs',
    failing({ maxRestarts: 4, rules: [rule('RestartJob', { name: 'alone' })] }),
    end(1, 'worker-0', 'worker-1'),
    end(1, 'leader-0'),
  ),
  set(
    'js-rule-job',
    failing({ maxRestarts: 1, rules: [rule('RestartJob', { name: 'alone', targetReplicatedJobs: ['worker'] })] }),
    end(1, 'worker-1'),
    end(1, 'worker-0'),
  ),
  set(
    'js-rule-job-ignores',
    failing({ maxRestarts: 0, rules: [rule('RestartJobAndIgnoreMaxRestarts')] }),
    end(1, 'worker-1'),
    end(0, 'leader-0', 'worker-0', 'worker-1'),
  ),
];

const LINUX = { nodeSelector: { 'kubernetes.io/os': 'linux' } };
const KWOK = { nodeSelector: { type: 'kwok' } };

const SUSPENSION: readonly SetScenario[] = [
  set(
    'js-suspended',
    { suspend: true, replicatedJobs: bothRoles },
    edit({ suspend: false }),
    edit({ suspend: true }),
    edit({ suspend: false }),
    end(0, 'leader-0', 'worker-0', 'worker-1'),
  ),
  set(
    'js-queued',
    { suspend: true, replicatedJobs: [workers()] },
    placed(false, LINUX, { labels: { queue: 'a' } }),
    edit({ suspend: true }),
  ),
  set(
    'js-queued-again',
    { suspend: true, replicatedJobs: [leader()] },
    placed(false, LINUX),
    placed(true, { nodeSelector: null }),
    placed(false, KWOK),
  ),
  set(
    'js-stopped-restarts',
    { failurePolicy: { maxRestarts: 1 }, replicatedJobs: bothRoles },
    end(1, 'worker-0'),
    edit({ suspend: true }),
    edit({ suspend: false }),
    end(0, 'leader-0', 'worker-0', 'worker-1'),
  ),
  set('js-stopped', { replicatedJobs: [leader()], failurePolicy: { maxRestarts: 1 } }, edit({ suspend: true })),
];

const inPools = { tolerations: [{ operator: 'Exists' }] };

const claim = (name: string) => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } }, storageClassName: 'none' },
});
const MOUNTS = [{ name: 'data', mountPath: '/data' }];

const PLACES: readonly SetScenario[] = [
  marked(
    'js-exclusive',
    { annotations: { [EXCLUSIVE_TOPOLOGY_ANNOTATION]: POOL } },
    { replicatedJobs: [workers({ pod: inPools })] },
  ),
  set('js-exclusive-role', {
    replicatedJobs: [leader({ metadata: { annotations: { [EXCLUSIVE_TOPOLOGY_ANNOTATION]: POOL } }, pod: inPools })],
  }),
  marked(
    'js-exclusive-nodes',
    { annotations: { [EXCLUSIVE_TOPOLOGY_ANNOTATION]: POOL, [NODE_SELECTOR_STRATEGY_ANNOTATION]: 'true' } },
    { replicatedJobs: [workers({ pod: inPools })] },
  ),
  set('js-claims', {
    suspend: true,
    replicatedJobs: [leader({ pod: { containers: [{ name: 'main', image: 'a:1', volumeMounts: MOUNTS }] } })],
    volumeClaimPolicies: [{ templates: [claim('data')], retentionPolicy: { whenDeleted: 'Delete' } }],
  }),
];

export const JOB_SET_SCENARIOS: readonly SetScenario[] = [
  ...PLAIN,
  ...ORDER,
  ...SUCCESS,
  ...FAILURE,
  ...SUSPENSION,
  ...PLACES,
];
