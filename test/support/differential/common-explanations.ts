import type { Json } from './compare.ts';
import { at, either, lines, onlyOurs, same } from './rules.ts';
import type { Explanation, Found } from './verdict.ts';

const ATTEMPT = /^(ARMATURE_ATTEMPT|TORCHELASTIC_RESTART_COUNT)=/;
/** Our environment without what tells the attempt. */
export const withoutAttempt = ({ ours }: Found): readonly string[] => lines(ours).filter((line) => !ATTEMPT.test(line));

const tellsAttempt = (found: Found): boolean => withoutAttempt(found).length < lines(found.ours).length;

/** What may differ of a job of any kind. */
export const COMMON_EXPLANATIONS: readonly Explanation[] = [
  {
    heading: 'Attempts',
    words: '| which attempt it is |',
    covers: either(
      at(/^(pods|jobs) .* \/ env$/, (found) => tellsAttempt(found) && same(withoutAttempt(found), found.peer)),
      at(/^job \/ status \/ attempt$/, onlyOurs),
    ),
  },
  {
    heading: 'Why a pod was lost',
    words: '| which pod was first, and why |',
    covers: either(at(/^job \/ status \/ lastFailures$/, onlyOurs), at(/^events \/ Warning RankFailed$/, onlyOurs)),
  },
  {
    heading: 'Why a pod was lost',
    words: '| the end of the log |',
    covers: at(
      /^(pods|jobs) .* \/ terminationMessagePolicy$/,
      ({ peer, ours }) => peer === 'File' && ours === 'FallbackToLogsOnError',
    ),
  },
  {
    heading: 'Status',
    words: '`status.replicaStatuses.<Type>.selector`',
    covers: at(/^job \/ status \/ replicaStatuses \/ \w+ \/ selector$/, onlyOurs),
  },
  {
    heading: 'Status',
    words: '`active` is written when it is 0 too',
    covers: either(
      at(/^job \/ status \/ replicaStatuses \/ \w+ \/ active$/, (found) => onlyOurs(found) && found.ours === 0),
      at(/^job \/ status \/ replicaStatuses$/, (found) => onlyOurs(found) && noneActive(found.ours)),
    ),
  },
];

const noneActive = (replicas: Json | undefined): boolean =>
  Object.values(replicas as Record<string, { active: number }>).every(({ active }) => active === 0);
