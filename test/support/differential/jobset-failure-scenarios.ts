import { setTimeout as delay } from 'node:timers/promises';
import { bothRoles, end, leader, type SetAct, type SetScenario, set, workers } from './jobset-parts.ts';

const passes =
  (milliseconds: number): SetAct =>
  () =>
    delay(milliseconds);
const failing = (failurePolicy: object, replicatedJobs: readonly object[] = bothRoles) => ({
  failurePolicy,
  replicatedJobs,
});
/** This exit code ends the Job at once. */
const FATAL_7 = {
  rules: [{ action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [7] } }],
};
const rule = (action: string, more: object = {}) => ({ action, ...more });

/** What becomes of a set one of whose Jobs fails. */
export const JOB_SET_FAILURE_SCENARIOS: readonly SetScenario[] = [
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
