import { NAMESPACE } from '../../../src/api/kinds.ts';
import type { Call } from './calls.ts';
import { created, NAMES, settle, subjectOf, times } from './draw.ts';
import { PODS } from './pod-subject.ts';
import type { Choices } from './random.ts';
import { SUBJECTS } from './subjects.ts';

/** A namespace is deleted with what is in it, and refuses what comes then. */
export function namespaces(c: Choices): Call[] {
  const held = c.chance(0.3);
  const first = times(3, () => created(c, c.pick(SUBJECTS), c.pick(NAMES)));
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', finalizers: ['compare.armature.dev/hold'] },
  };
  const holder: Call[] = held ? [{ verb: 'create', kind: subjectOf('configmaps').kind, body }] : [];
  const del: Call = { verb: 'delete', kind: NAMESPACE, name: '$ns', body: { apiVersion: 'v1', kind: 'DeleteOptions' } };
  const release: Call = {
    verb: 'patch',
    kind: subjectOf('configmaps').kind,
    name: 'held',
    patch: 'merge',
    body: { metadata: { finalizers: null } },
  };
  return [
    ...first,
    ...holder,
    { verb: 'get', kind: NAMESPACE, name: '$ns' },
    { verb: 'patch', kind: NAMESPACE, name: '$ns', patch: 'merge', body: { metadata: { labels: { l: 'm' } } } },
    del,
    ...(held ? [settle, created(c, subjectOf('configmaps'), 'late'), created(c, PODS, 'late'), del, release] : []),
    settle,
    created(c, subjectOf('configmaps'), 'late'),
    { verb: 'get', kind: NAMESPACE, name: '$ns' },
  ];
}
