import { at, onlyOurs, onlyPeers, type Rule } from './rules.ts';
import type { Explanation, Found } from './verdict.ts';

/** Whether the scenario was played under a scheduler of gangs. */
export const isGang = (scenario: string): boolean => scenario.includes(': gang-');

const GANGS = 'Gang scheduling';
const inGang =
  (rule: Rule): Rule =>
  (found) =>
    isGang(found.scenario) && rule(found);
const waiting = ({ scenario, round }: Found): boolean => scenario.startsWith('volcano') && round === 0;
const GROUP = '^helpers / [^/]+';

/** What may differ of an MPIJob over ssh that starts as a gang. */
export const MPI_GANG_EXPLANATIONS: readonly Explanation[] = [
  {
    heading: GANGS,
    words: '| pods under Volcano |',
    covers: inGang(
      at(
        /^((jobs|pods|services) \/ [^/]+|job \/ status \/ startTime|events \/ Normal Successful\w+)$/,
        (found) => waiting(found) && onlyPeers(found),
      ),
    ),
  },
  {
    heading: GANGS,
    words: "| Volcano's queue that nothing names |",
    covers: inGang(at(new RegExp(`${GROUP} / spec / queue$`), (found) => onlyOurs(found) && found.ours === 'default')),
  },
  {
    heading: GANGS,
    words: '| annotation `volcano.sh/task-spec` |',
    covers: inGang(at(/ \/ annotations \/ volcano.sh\/task-spec$/, onlyOurs)),
  },
  {
    heading: GANGS,
    words: '| `scheduleTimeoutSeconds` that nothing gives |',
    covers: inGang(
      at(new RegExp(`${GROUP} / spec / scheduleTimeoutSeconds$`), (found) => onlyPeers(found) && found.peer === 0),
    ),
  },
  {
    heading: GANGS,
    words: '| the group of a job that has ended |',
    covers: inGang(at(new RegExp(`${GROUP}$`), (found) => onlyPeers(found) && found.round > 0)),
  },
  {
    heading: GANGS,
    words: '| event when the group is deleted |',
    covers: inGang(at(/^events \/ Normal SuccessfulDeletePodGroup$/, onlyOurs)),
  },
];
