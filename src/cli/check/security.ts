import { POD_SECURITY_ENFORCE_LABEL } from '../../api/labels.ts';
import { type Finding, finding } from './codes.ts';
import { podSecurityViolations, type Standard } from './pod-security.ts';
import type { PodSet } from './pod-sets.ts';

const STRICTNESS: Readonly<Record<string, number>> = { privileged: 0, baseline: 1, restricted: 2 };

/**
 * Violations of Pod Security `restricted`: errors where the namespace, if it is among the files, enforces a standard that
 * forbids them, else warnings.
 */
export function securityFindings({ path, spec }: PodSet, labels: Readonly<Record<string, string>>): Finding[] {
  const enforced = labels[POD_SECURITY_ENFORCE_LABEL] ?? 'privileged';
  return podSecurityViolations(spec).map(({ standard, field, message }) => {
    const refused = isAtLeast(enforced, standard);
    const why = refused ? `the namespace enforces ${enforced}` : `Pod Security ${standard} forbids it`;
    return finding(refused ? 'pod-security-enforced' : 'pod-security', `${path}.${field}`, `${message} (${why})`);
  });
}

const isAtLeast = (enforced: string, standard: Standard): boolean =>
  (STRICTNESS[enforced] ?? 0) >= (STRICTNESS[standard] ?? 0);
