import type { replicatedJob } from '../job-set.ts';
import { bothRoles, edit, end, leader, type SetAct, type SetScenario, set, workers } from './jobset-parts.ts';

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

const LINUX = { nodeSelector: { 'kubernetes.io/os': 'linux' } };
const KWOK = { nodeSelector: { type: 'kwok' } };

/** Sets that are stopped and go on, by a user or by a queue. */
export const JOB_SET_SUSPENSION_SCENARIOS: readonly SetScenario[] = [
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
