import { POD } from '../../../src/api/kinds.ts';
import { apiVersionOf } from '../../../src/api/kube.ts';
import type { Call } from './calls.ts';
import { objectOf, settle, subjectOf } from './draw.ts';
import { edited } from './memory.ts';
import type { Choices } from './random.ts';
import { edit } from './subject.ts';

/** Objects that own each other, deleted in every way; compared once nothing moves any more. */
export function owners(c: Choices): Call[] {
  const kinds = ['configmaps', 'secrets', 'widgets', 'pods', 'leases', 'jobs'].map(subjectOf);
  const calls: Call[] = [];
  // Dependents that do not block race with the end of an owner that waits for the others.
  const blocking = c.chance(0.6);
  const made: string[] = [];
  for (let i = 0; i < 5 + c.int(5); i++) {
    const subject = c.pick(kinds);
    const name = `o${i}`;
    const parents = made.filter(() => c.chance(0.35));
    const references = [...parents, ...(c.chance(0.1) ? ['configmaps/missing'] : [])].map((parent, at) =>
      owner(c, parent, at === 0, blocking),
    );
    let body = objectOf(c, subject, name) as unknown;
    if (references.length > 0) body = edited(body, edit('metadata/ownerReferences', references));
    const { nodeName } = ((body as { spec?: { nodeName?: string } }).spec ?? {}) as { nodeName?: string };
    const waits = subject.kind === POD && nodeName === undefined;
    if (c.chance(0.15) && !waits) body = edited(body, edit('metadata/finalizers', ['compare.armature.dev/hold']));
    calls.push({ verb: 'create', kind: subject.kind, body });
    made.push(`${subject.kind.plural}/${name}`);
  }
  calls.push(settle);
  for (let i = 0; i < 3 + c.int(4); i++) {
    const [plural = '', name = ''] = c.pick(made).split('/');
    const { kind } = subjectOf(plural);
    if (c.chance(0.3) && kind !== POD) {
      calls.push({
        verb: 'patch',
        kind,
        name,
        patch: 'merge',
        body: { metadata: { finalizers: c.chance(0.8) ? null : ['compare.armature.dev/hold'] } },
      });
    } else {
      const propagationPolicy = c.pick(['Background', blocking ? 'Foreground' : 'Background', 'Orphan', undefined]);
      calls.push({
        verb: 'delete',
        kind,
        name,
        body: { apiVersion: 'v1', kind: 'DeleteOptions', ...(propagationPolicy && { propagationPolicy }) },
      });
    }
    calls.push(settle);
  }
  return calls;
}

function owner(c: Choices, parent: string, controller: boolean, blocking: boolean): object {
  const [plural = '', name = ''] = parent.split('/');
  const { kind } = subjectOf(plural);
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    name,
    uid: `$uid:${parent}`,
    ...(controller && c.chance(0.5) && { controller: true }),
    ...((blocking || c.chance(0.4)) && { blockOwnerDeletion: true }),
  };
}
