import { POD } from '../../../src/api/kinds.ts';
import type { Call, PatchKind } from './calls.ts';
import { NAMES, writeQuery } from './draw.ts';
import { NODE_NAME, WIDGET } from './fixtures.ts';
import type { Choices } from './random.ts';

/** Calls on parts of an object: a pod's binding and eviction, a custom resource's scale. */

export function podCall(c: Choices): Call {
  const name = c.pick(NAMES);
  const dry = c.chance(0.1) ? { query: { dryRun: 'All' } } : {};
  if (c.chance(0.4)) {
    const identity = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
    const deleteOptions = {
      ...(c.chance(0.4) && { gracePeriodSeconds: c.pick([0, 5]) }),
      ...(c.chance(0.2) && { preconditions: { uid: `$uid:pods/${name}` } }),
    };
    const body = { ...identity, ...(Object.keys(deleteOptions).length > 0 && { deleteOptions }) };
    return { verb: 'post', kind: POD, name, sub: 'eviction', ...dry, body };
  }
  const target = c.weighted<object>([
    [8, { apiVersion: 'v1', kind: 'Node', name: NODE_NAME }],
    [1, { kind: 'Node' }],
    [1, { kind: 'Other', name: NODE_NAME }],
  ]);
  const uid = c.chance(0.2) ? { uid: c.pick([`$uid:pods/${name}`, '11111111-1111-4111-8111-111111111111']) } : {};
  const annotations = c.chance(0.2) ? { annotations: { bound: 'yes' } } : {};
  const labels = c.chance(0.1) ? { labels: { bound: 'yes' } } : {};
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, ...uid, ...annotations, ...labels }, target };
  return { verb: 'post', kind: POD, name, sub: 'binding', ...dry, body };
}

export function scaleCall(c: Choices): Call {
  const kind = WIDGET;
  const name = c.pick(['a', 'a', 'b']);
  const replicas = c.pick<unknown>([1, 2, 5, -1, 'x']);
  const query = writeQuery(c);
  if (c.chance(0.3)) return { verb: 'get', kind, name, sub: 'scale' };
  if (c.chance(0.5)) {
    const patch = c.pick<PatchKind>(['merge', 'json']);
    const body =
      patch === 'json' ? [{ op: 'replace', path: '/spec/replicas', value: replicas }] : { spec: { replicas } };
    return { verb: 'patch', kind, name, sub: 'scale', patch, query, body };
  }
  const resourceVersion = c.pick([undefined, '$rv:widgets/a', '$oldrv:widgets/a']);
  const metadata = { name, namespace: '$ns', ...(resourceVersion && { resourceVersion }) };
  const body = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata,
    spec: { ...(replicas !== undefined && { replicas }) },
  };
  return { verb: 'update', kind, name, sub: 'scale', query, body };
}
