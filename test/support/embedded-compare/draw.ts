import { apiVersionOf } from '../../../src/api/kube.ts';
import type { Call } from './calls.ts';
import { PODS } from './pod-subject.ts';
import type { Choices } from './random.ts';
import type { Subject } from './subject.ts';
import { SUBJECTS } from './subjects.ts';

export const NAMES = ['a', 'b', 'c'];

export const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** Both servers come to rest, and are compared. */
export const settle: Call = { verb: 'settle' };

export const subjectOf = (plural: string): Subject =>
  [...SUBJECTS, PODS].find(({ kind }) => kind.plural === plural) as Subject;

export function objectOf(c: Choices, { kind, bodies }: Subject, name: string | undefined): object {
  const labels = c.chance(0.5) ? { labels: { a: c.pick(['b', 'c']) } } : {};
  const metadata = { ...(name !== undefined && { name }), ...labels };
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, ...c.pick(bodies) };
}

export const created = (c: Choices, subject: Subject, name: string): Call => ({
  verb: 'create',
  kind: subject.kind,
  name: '',
  body: objectOf(c, subject, name),
});

export function writeQuery(c: Choices): Record<string, string | boolean> {
  return {
    ...(c.chance(0.15) && { dryRun: 'All' }),
    ...(c.chance(0.3) && { fieldValidation: c.pick(['Strict', 'Ignore', 'Warn']) }),
    ...(c.chance(0.3) && { fieldManager: c.pick(['ann', 'bob']) }),
  };
}
