import { at, either, onlyOurs } from './rules.ts';
import type { Explanation } from './verdict.ts';

const TOLD = /^events \/ (Normal|Warning) (Suspended|Resumed|AllJobsCompleted|FailedJobs|DeadlineExceeded)$/;

/** Everything that may differ between Kubeflow Trainer's TrainJobs and ours. */
export const TRAINER_EXPLANATIONS: readonly Explanation[] = [
  {
    heading: 'TrainJobs',
    words: '| environment of the framework | only where `spec.trainer` is set |',
    covers: at(/\/ containers \/ 0 \/ (env|ports)$/, (found) => found.scenario === 'bare' && onlyOurs(found)),
  },
  {
    heading: 'TrainJobs',
    words: '| what a patch no longer says |',
    covers: at(/^jobSets \/ [^/]+ \/ annotations \/ armature.dev\/template-hash$/, onlyOurs),
  },
  {
    heading: 'TrainJobs',
    words: '| name of the Secret with ssh keys |',
    covers: either(
      at(/^secrets \/ [^/]+$/, ({ peer, ours }) => (peer === undefined) !== (ours === undefined)),
      at(/\/ volumes \/ \d+ \/ secret \/ secretName$/, ({ scenario, peer, ours }) =>
        [peer, ours].every((name) => String(name).startsWith(`${scenario}-mpi-ssh-auth`)),
      ),
    ),
  },
  {
    heading: 'TrainJobs',
    words: '| label `armature.dev/train-job` |',
    covers: at(/^(jobSets|configMaps|secrets) \/ [^/]+ \/ labels \/ armature.dev\/train-job$/, onlyOurs),
  },
  {
    heading: 'TrainJobs',
    words: '| events | when objects cannot be made |',
    covers: at(TOLD, onlyOurs),
  },
];
