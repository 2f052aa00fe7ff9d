import { at, either, onlyOurs, onlyPeers, type Rule } from './rules.ts';
import type { Explanation } from './verdict.ts';

const JOB_SETS = 'JobSets';

/** Of Jobs, of the templates of their pods, and of pods. */
const MARKS = '^(jobs|pods) / [^/]+ / (spec / template / metadata / )?(labels|annotations) / ';
const marked = (key: string, holds: Rule): Rule => at(new RegExp(`${MARKS}${key}$`), holds);
const POD = '^(jobs|pods) / [^/]+ / (spec / template / )?spec / ';

const inScenario =
  (...scenarios: readonly string[]): Rule =>
  ({ scenario }) =>
    scenarios.includes(scenario);
const both =
  (...rules: readonly Rule[]): Rule =>
  (found) =>
    rules.every((rule) => rule(found));

/** Everything that may differ between the Jobs and pods of JobSet's own controller and ours. */
export const JOB_SET_EXPLANATIONS: readonly Explanation[] = [
  {
    heading: JOB_SETS,
    words: '| label and annotation `job-restart-attempt` |',
    covers: marked('jobset.sigs.k8s.io/job-restart-attempt', ({ peer, ours }) => peer === '0' && ours === undefined),
  },
  {
    heading: JOB_SETS,
    words: '| name of a rule that has none |',
    covers: at(
      /^job \/ spec \/ failurePolicy \/ rules \/ \d+ \/ name$/,
      ({ path, peer, ours }) => peer === `failurePolicyRule${path[4]}` && ours === undefined,
    ),
  },
  {
    heading: JOB_SETS,
    words: '| `exclusive-topology` |',
    covers: either(
      at(/^pods \/ [^/]+ \/ labels \/ jobset.sigs.k8s.io\/priority$/, onlyPeers),
      both(
        inScenario('js-exclusive', 'js-exclusive-role'),
        either(
          at(new RegExp(`${POD}affinity$`), onlyOurs),
          at(
            new RegExp(`${POD}affinity / podAntiAffinity / .* / matchExpressions$`),
            ({ peer, ours }) =>
              JSON.stringify(peer).replace(
                ',{"key":"jobset.sigs.k8s.io/priority","operator":"In","values":["0"]}',
                '',
              ) === JSON.stringify(ours),
          ),
          at(new RegExp(`${POD}nodeSelector$`), onlyPeers),
        ),
      ),
    ),
  },
  {
    heading: JOB_SETS,
    words: '| the headless Service |',
    covers: at(/^services \/ [^/]+ \/ labels \/ jobset.sigs.k8s.io\/jobset-name$/, onlyOurs),
  },
  {
    heading: JOB_SETS,
    words: '| `ttlSecondsAfterFinished` of a child Job |',
    covers: inScenario('js-child-ttl'),
  },
  {
    heading: JOB_SETS,
    words: '| `nodeSelector`, `tolerations` and `schedulingGates` at a second start |',
    covers: both(inScenario('js-queued-again'), at(/ \/ spec \/ nodeSelector \/ kubernetes.io\/os$/, onlyPeers)),
  },
];
