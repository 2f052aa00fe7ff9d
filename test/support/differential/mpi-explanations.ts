import { COMMON_EXPLANATIONS } from './common-explanations.ts';
import type { Json } from './compare.ts';
import { isGang, MPI_GANG_EXPLANATIONS } from './mpi-gang-explanations.ts';
import { at, either, lines, onlyOurs, onlyPeers, type Rule, same } from './rules.ts';
import type { Explanation } from './verdict.ts';

const MPI = 'MPIJob';
const inScenario =
  (...scenarios: readonly string[]): Rule =>
  ({ scenario, round }) =>
    round > 0 && scenarios.includes(scenario);

/** The job's name, without that of a gang's scheduler before it. */
const jobOf = (scenario: string): string => scenario.slice(scenario.indexOf(': ') + 1).trim();

/** Of the pods, and of the template in the launcher's Job. */
const POD = `^(pods|jobs) / [^/]+ / (spec / template / )?`;
const inPods = (rest: string, holds?: Rule): Rule => at(new RegExp(POD + rest), holds);
const ended = (names: Json | undefined): readonly string[] =>
  lines(names).filter((name) => /Failed|Succeeded/.test(name));

/** The same conditions; of those that are over, Running stands before the one that ended it. */
const sameInAnotherOrder: Rule = ({ peer, ours }) =>
  same([...lines(peer)].sort(), [...lines(ours)].sort()) && same(ended(peer), ended(ours));

/** Everything that may differ between mpi-operator's jobs and ours. */
export const MPI_EXPLANATIONS: readonly Explanation[] = [
  ...COMMON_EXPLANATIONS,
  {
    heading: MPI,
    words: '| labels of other objects |',
    covers: at(
      /^(configMaps|services|jobs) \/ [^/]+ \/ labels \/ training.kubeflow.org\/(job|operator)-name$/,
      onlyOurs,
    ),
  },
  {
    heading: MPI,
    words: '| labels of pods |',
    covers: inPods(`(metadata / )?labels / training.kubeflow.org/replica-(type|index)$`, onlyOurs),
  },
  {
    heading: MPI,
    words: '| the Secret (`ssh`) |',
    covers: either(
      at(/^secrets \/ [^/]+$/, ({ peer, ours }) => (peer === undefined) !== (ours === undefined)),
      at(/^configMaps \/ [^/]+ \/ annotations \/ armature.dev\/ssh-keys$/, onlyOurs),
      inPods(String.raw`spec / volumes / \d+ / secret / secretName$`, ({ scenario, peer, ours }) =>
        [peer, ours].every((name) => String(name).startsWith(`${jobOf(scenario)}-ssh`)),
      ),
    ),
  },
  {
    heading: MPI,
    words: '| mode of the private key (`ssh`) |',
    covers: inPods(String.raw`spec / volumes / \d+ / secret / items / 0 / mode$`, onlyOurs),
  },
  {
    heading: MPI,
    words: "| the launcher's DNS search (`ssh`) |",
    covers: inPods('spec / dnsConfig$', (found) => onlyOurs(found) && found.path[1]?.includes('-launcher') === true),
  },
  {
    heading: MPI,
    words: "| the launcher's Job (`ssh`) |",
    covers: either(
      at(/^jobs \/ [^/]+ \/ annotations \/ armature.dev\/template-hash$/, onlyOurs),
      at(/^jobs \/ [^/]+ \/ spec \/ template \/ metadata \/ ownerReferences$/, onlyPeers),
    ),
  },
  {
    heading: MPI,
    words: "| a Service's addresses (`ssh`) |",
    covers: at(/^services \/ [^/]+ \/ spec \/ publishNotReadyAddresses$/, onlyOurs),
  },
  {
    heading: 'Clean-up',
    words: "With `cleanPodPolicy: Running` the job's one Service goes too",
    covers: at(/^services \/ [^/]+$/, (found) => onlyPeers(found) && found.scenario.includes('-clean')),
  },
  {
    heading: MPI,
    words: '| events (`ssh`) |',
    covers: either(
      at(/^events \/ Normal MPIJob(Created|Running)$/, onlyPeers),
      at(/^events \/ Normal Successful(Create|Delete)(Pod|Service)$/, onlyOurs),
    ),
  },
  {
    heading: MPI,
    words: '| reason after `BackoffLimitExceeded/` (`ssh`) |',
    covers: either(
      at(
        /^job \/ status \/ conditions \/ Failed \/ (reason|message)$/,
        ({ scenario, peer, ours }) => scenario === 'mpi-fails' && String(ours).startsWith(String(peer)),
      ),
      at(/^events \/ Warning BackoffLimitExceeded\/$/, onlyPeers),
      at(/^events \/ Warning BackoffLimitExceeded\/Error$/, onlyOurs),
    ),
  },
  {
    heading: MPI,
    words: '| Running of a job that is suspended, or ended, before it was seen running (`ssh`) |',
    covers: at(
      /^job \/ status \/ (order|conditions \/ Running)$/,
      ({ scenario, round, ours }) =>
        (isGang(scenario) || (round === 0 && /suspended|queued/.test(scenario))) && !lines(ours).includes('Running'),
    ),
  },
  {
    heading: MPI,
    words: '| order of the conditions of a suspended job (`ssh`) |',
    covers: at(/^job \/ status \/ order$/, sameInAnotherOrder),
  },
  {
    heading: MPI,
    words: '| counts when the job has ended |',
    covers: either(
      at(/^job \/ status \/ replicaStatuses \/ Worker \/ (active|succeeded)$/, onlyOurs),
      at(/^job \/ status \/ replicaStatuses \/ Worker$/, (found) => found.scenario === 'mpi-launcher-alone'),
      at(
        /^job \/ status \/ replicaStatuses \/ Launcher \/ (active|failed)$/,
        (found) => found.scenario === 'mpi-deadline',
      ),
    ),
  },
  {
    heading: MPI,
    words: '| `discover_hosts.sh` of a job that has ended |',
    covers: at(
      /^configMaps \/ [^/]+ \/ data \/ discover_hosts\.sh$/,
      inScenario('mpi-launcher-works', 'mpi-launcher-alone', 'mpi-deadline'),
    ),
  },
  {
    heading: MPI,
    words: '| a worker that failed (`ssh`) |',
    covers: inScenario('mpi-worker-fails', 'mpi-evicted'),
  },
  {
    heading: MPI,
    words: '| `ttlSecondsAfterFinished` (`ssh`) |',
    covers: either(inScenario('mpi-ttl'), at(/^jobs \/ [^/]+ \/ spec \/ ttlSecondsAfterFinished$/, onlyPeers)),
  },
  ...MPI_GANG_EXPLANATIONS,
];
