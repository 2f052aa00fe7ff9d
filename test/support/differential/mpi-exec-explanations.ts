import { at, either, lines, onlyOurs, onlyPeers, type Rule } from './rules.ts';
import type { Explanation } from './verdict.ts';

/** Only of MPIJobs, all of whose scenarios are named so. */
const mpi =
  (rule: Rule): Rule =>
  (found) =>
    found.scenario.startsWith('mpi-') && rule(found);

const inScenario = (scenario: string): Rule => mpi((found) => found.scenario === scenario);

/** Both are the same but for a line break at the end, or a line that says nothing. */
const sameLines: Rule = ({ peer, ours }) =>
  String(peer).replaceAll(/\n+/g, '\n').trim() === String(ours).replaceAll(/\n+/g, '\n').trim();

const OBJECTS = '(configMaps|accounts|roleBindings)';

/** What may differ of an MPIJob by exec, beyond what may of all kinds. */
export const MPI_EXEC_EXPLANATIONS: readonly Explanation[] = [
  {
    heading: 'MPIJob',
    words: '| labels of other objects |',
    covers: mpi(at(new RegExp(`^${OBJECTS} / [^/]+ / labels / training.kubeflow.org/(job|operator)-name$`), onlyOurs)),
  },
  {
    heading: 'MPIJob',
    words: '| labels of pods |',
    covers: mpi(at(/^pods \/ [^/]+-launcher \/ labels \/ training.kubeflow.org\/replica-index$/, onlyOurs)),
  },
  {
    heading: 'MPIJob',
    words: '| version in owner references (`exec`) |',
    covers: mpi(
      at(
        /\/ owners \/ 0 \/ apiVersion$/,
        ({ peer, ours }) => peer === 'kubeflow.org/v1' && ours === 'kubeflow.org/v2beta1',
      ),
    ),
  },
  {
    heading: 'MPIJob',
    words: '| what the launcher may do (`exec`) |',
    covers: mpi(either(at(/^roles \/ [^/]+$/, onlyPeers), at(/^roleBindings \/ [^/]+ \/ roleRef \/ (kind|name)$/))),
  },
  {
    heading: 'MPIJob',
    words: '| the scripts (`exec`) |',
    covers: mpi(at(/^configMaps \/ [^/]+ \/ data \/ (kubexec|discover_hosts)\.sh$/, sameLines)),
  },
  {
    heading: 'MPIJob',
    words: '| `discover_hosts.sh` of a job that has ended |',
    covers: mpi(
      at(
        /^configMaps \/ [^/]+ \/ data \/ discover_hosts\.sh$/,
        ({ scenario, round }) => scenario === 'mpi-worker-fails' && round > 0,
      ),
    ),
  },
  {
    heading: 'MPIJob',
    words: '| events (`exec`) |',
    covers: mpi(
      either(
        at(/^events \/ Normal (LauncherRole|RoleBinding|ServiceAccount) is exist$/, onlyPeers),
        at(/^events \/ Normal (MPIJobRunning|mpijobsSucceeded)$/, onlyPeers),
        at(/^events \/ Normal (MPIJobSucceeded|MPIJobSuspended|MPIJobResumed|SuccessfulDeletePod)$/, onlyOurs),
        at(/^events \/ Normal SuccessfulCreatePod$/, ({ peer }) =>
          lines(peer).every((line) => line.startsWith('Created worker pod: ')),
        ),
        at(/^events \/ Warning MPIJobFailed$/, ({ ours }) =>
          lines(ours).every((line) => / is failed because \d+ (Launcher|Worker) /.test(line)),
        ),
      ),
    ),
  },
  {
    heading: 'MPIJob',
    words: '| what brings kubectl to the launcher (`exec`) |',
    covers: mpi(at(/\/ initContainers \/ 0 \/ resources \/ (limits|requests) \/ ephemeral-storage$/, onlyPeers)),
  },
  {
    heading: 'MPIJob',
    words: "| a pod's failure (`exec`) |",
    covers: inScenario('mpi-evicted'),
  },
  {
    heading: 'MPIJob',
    words: '| reason of a failure (`exec`) |',
    covers: mpi(
      at(
        /^job \/ status \/ conditions \/ Failed \/ reason$/,
        ({ peer, ours }) => peer === 'MPIJobMPIJobFailed' && ours === 'MPIJobFailed',
      ),
    ),
  },
  {
    heading: 'MPIJob',
    words: '| counts when the job has ended |',
    covers: mpi(at(/^job \/ status \/ replicaStatuses \/ Worker \/ (active|succeeded)$/, onlyOurs)),
  },
];
