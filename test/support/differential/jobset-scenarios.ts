import { EXCLUSIVE_TOPOLOGY_ANNOTATION, NODE_SELECTOR_STRATEGY_ANNOTATION } from '../../../src/api/labels.ts';
import { replicatedJob } from '../job-set.ts';
import { POOL } from '../node-pools.ts';
import { JOB_SET_FAILURE_SCENARIOS } from './jobset-failure-scenarios.ts';
import { JOB_SET_ORDER_SCENARIOS, JOB_SET_SUCCESS_SCENARIOS } from './jobset-order-scenarios.ts';
import { bothRoles, end, leader, marked, type SetScenario, set, workers } from './jobset-parts.ts';
import { JOB_SET_SUSPENSION_SCENARIOS } from './jobset-suspension-scenarios.ts';

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
  ...JOB_SET_ORDER_SCENARIOS,
  ...JOB_SET_SUCCESS_SCENARIOS,
  ...JOB_SET_FAILURE_SCENARIOS,
  ...JOB_SET_SUSPENSION_SCENARIOS,
  ...PLACES,
];
