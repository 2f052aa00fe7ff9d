import { COMMON_EXPLANATIONS, withoutAttempt } from './common-explanations.ts';
import type { Json } from './compare.ts';
import { MPI_EXEC_EXPLANATIONS } from './mpi-exec-explanations.ts';
import { at, either, lines, onlyOurs, onlyPeers, same } from './rules.ts';
import type { Explanation, Found } from './verdict.ts';

const usesServicePerPod = ({ scenario }: Found): boolean => scenario.endsWith('-spp');

/** `Created pods: a, b` and `Created pod: a` both tell of names. */
const namesTold = (value: Json | undefined): readonly string[] =>
  [...new Set(lines(value).flatMap((line) => line.slice(line.indexOf(': ') + 2).split(', ')))].sort();

/** The environment as upstream writes it, whose hosts have Services of their own, and whose empty lists are null. */
const sameHosts = (found: Found): boolean =>
  same(
    withoutAttempt(found).map((line) =>
      line.replaceAll(`.${found.scenario}.<namespace>.svc`, '.<namespace>.svc').replace('"ps":[]', '"ps":null'),
    ),
    found.peer,
  );
/** Everything that may differ between training-operator's jobs and ours. */
export const TRAINING_EXPLANATIONS: readonly Explanation[] = [
  ...COMMON_EXPLANATIONS,
  ...MPI_EXEC_EXPLANATIONS,
  {
    heading: 'Objects',
    words: '| Services |',
    covers: (found) =>
      !usesServicePerPod(found) &&
      either(
        at(/^services \/ [^/]+$/, ({ path, peer, scenario }) => (peer === undefined) === (path[1] === scenario)),
        at(/^pods \/ [^/]+ \/ spec \/ (hostname|subdomain|dnsConfig|dnsConfig \/ searches)$/, onlyOurs),
        at(/^events \/ Normal Successful(Create|Delete)Service$/),
      )(found),
  },
  {
    heading: 'Objects',
    words: "| hosts in a TFJob's `TF_CONFIG` |",
    covers: at(/^pods .* \/ env$/, (found) => !usesServicePerPod(found) && sameHosts(found)),
  },
  {
    heading: 'Objects',
    words: '| `TF_CONFIG` of dynamic workers without parameter servers |',
    covers: at(
      /^pods .* \/ env$/,
      (found) => usesServicePerPod(found) && /"ps":\[\]/.test(lines(found.ours).join()) && sameHosts(found),
    ),
  },
  {
    heading: 'Objects',
    words: '| init container |',
    covers: at(/^pods \/ [^/]+ \/ spec \/ initContainers$/, ({ peer, ours = [] }) =>
      same(
        (peer as { name: string }[]).filter(({ name }) => name !== 'init-pytorch'),
        ours,
      ),
    ),
  },
  {
    heading: 'Objects',
    words: '| labels of the HorizontalPodAutoscaler |',
    covers: at(/^autoscalers \/ [^/]+ \/ labels \/ training.kubeflow.org\/(job|operator)-name$/, onlyOurs),
  },
  {
    heading: 'Events',
    words: '| container warnings |',
    seldom: true,
    covers: at(
      /^events \/ Warning \w+$/,
      (found) => onlyPeers(found) && lines(found.peer).every((line) => line.startsWith('Error pod ')),
    ),
  },
  {
    heading: 'Events',
    words: '| several pods or Services made or deleted at once |',
    covers: at(/^events \/ Normal Successful(Create|Delete)(Pod|Service)$/, ({ peer, ours }) =>
      same(namesTold(peer), namesTold(ours)),
    ),
  },
  {
    heading: 'Events',
    words: '| `ExitedWithCode` |',
    covers: at(/^events \/ Normal ExitedWithCode$/, ({ peer, ours }) =>
      lines(ours).every((line) => lines(peer).includes(line)),
    ),
  },
  {
    heading: 'Events',
    words: '| type of the event that a job failed |',
    covers: either(at(/^events \/ Normal \w+JobFailed$/, onlyPeers), at(/^events \/ Warning \w+JobFailed$/, onlyOurs)),
  },
  {
    heading: 'Events',
    words: '| `<Kind>Restarting` |',
    covers: at(/^events \/ Warning \w+JobRestarting$/, ({ peer, ours }) =>
      same(
        lines(peer).filter((line) => !/^\w+ \S+ is restarting because \d+/.test(line)),
        lines(ours),
      ),
    ),
  },
  {
    heading: 'Events',
    words: '| `SetPodTemplateRestartPolicy`, `SetPodTemplateSchedulerName` |',
    covers: at(/^events \/ Warning SetPodTemplate(RestartPolicy|SchedulerName)$/, ({ ours }) => ours !== undefined),
  },
  {
    heading: 'Events',
    words: '| `JobTerminated`, when the pod group is deleted |',
    covers: at(/^events \/ Normal JobTerminated$/, onlyPeers),
  },
  {
    heading: 'Events',
    words: '| Suspended event |',
    seldom: true,
    covers: at(
      /^events \/ Normal \w+$/,
      (found) => /suspended|elastic/.test(found.scenario) && onlyPeersMissing(found),
    ),
  },
  {
    heading: 'Events',
    words: '| `FailedCreatePod`, `FailedCreateService` |',
    seldom: true,
    covers: at(
      /^events \/ Warning FailedCreate(Pod|Service)$/,
      ({ peer, ours }) => ours === undefined && lines(peer).every((line) => line.endsWith('already exists')),
    ),
  },
  {
    heading: 'Failures',
    words: '| `activeDeadlineSeconds` |',
    covers: ({ scenario, path }) => scenario === 'pt-deadline' && ['job', 'events'].includes(path[0] ?? ''),
  },
  {
    heading: 'Failures',
    words: '| `backoffLimit` and replaced pods |',
    covers: at(/^job \/ status \/ (replicaStatuses \/ \w+ \/ restarts|replacedPods)$/, onlyOurs),
  },
  {
    heading: 'Failures',
    words: '| a pod of an XGBoostJob that fails under OnFailure or Always |',
    covers: ({ scenario, path }) => scenario === 'xgb-evicted' && ['job', 'events', 'pods'].includes(path[0] ?? ''),
  },
  {
    heading: 'Failures',
    words: '| a TFJob one of whose pods is replaced |',
    seldom: true,
    covers: ({ scenario, round, path }) =>
      /^tf-(code-again|evicted)$/.test(scenario) && round > 0 && ['job', 'events', 'pods'].includes(path[0] ?? ''),
  },
  {
    heading: 'Failures',
    words: '| a permanent failure |',
    covers: at(/^job \/ status \/ completionTime$/, (found) => found.scenario.includes('code') && onlyOurs(found)),
  },
  {
    heading: 'Status',
    words: '`lastReconcileTime` is not written',
    covers: at(/^job \/ status \/ lastReconcileTime$/, onlyPeers),
  },
  {
    heading: 'Status',
    words: 'counts of the moment it ended',
    covers: at(
      /^job \/ status \/ replicaStatuses \/ Worker \/ (active|failed)$/,
      ({ scenario }) => scenario === 'pt-backoff-0',
    ),
  },
  {
    heading: 'Clean-up',
    words: 'The autoscaler of an elastic job is removed when the job ends',
    covers: at(/^autoscalers \/ [^/]+$/, onlyPeers),
  },
];

/** The peer, which says so at every look, has used up what its recorder lets it say about one object. */
const onlyPeersMissing = ({ peer, ours }: Found): boolean =>
  lines(peer).every((line) => lines(ours).includes(line)) && lines(ours).length > lines(peer).length;
