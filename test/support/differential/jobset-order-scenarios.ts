import { replicatedJob } from '../job-set.ts';
import { bothRoles, edit, end, leader, type SetAct, type SetScenario, set, workers } from './jobset-parts.ts';

const gated = { schedulingGates: [{ name: 'example.org/wait' }] };
const open: SetAct = (one) => one.openGates();

/** In which order Jobs start, and when their set has succeeded. */
export const JOB_SET_ORDER_SCENARIOS: readonly SetScenario[] = [
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

export const JOB_SET_SUCCESS_SCENARIOS: readonly SetScenario[] = [
  set('js-any', success('Any'), end(0, 'worker-1')),
  set('js-any-worker', success('Any', 'worker'), end(0, 'leader-0'), end(0, 'worker-0')),
  set('js-all-leader', success('All', 'leader'), end(0, 'worker-0'), end(0, 'leader-0')),
];
