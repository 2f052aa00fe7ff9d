import { expect, test } from '@jest/globals';
import { EXIT_CODE, FAKE_TAINT, fakeNode, stages } from '../../src/cluster/fake-nodes.ts';

test('a pod that says how it ends is left alone by the stage that completes pods of Jobs', () => {
  const complete = { metadata: { name: 'pod-complete' }, spec: { selector: { matchExpressions: [] as object[] } } };
  const ready = { metadata: { name: 'pod-ready' }, spec: { selector: { matchExpressions: [] as object[] } } };
  expect(stages([ready, complete])).toHaveLength(4);
  expect(complete.spec.selector.matchExpressions).toEqual([
    { key: `.metadata.annotations["${EXIT_CODE}"]`, operator: 'DoesNotExist' },
  ]);
  expect(ready.spec.selector.matchExpressions).toEqual([]);
});

test('a pod that is held by a finalizer fails before it is gone', () => {
  const remove = { metadata: { name: 'pod-delete' }, spec: { selector: { matchExpressions: [] as object[] } } };
  const fail = stages([remove]).at(-1);
  expect(remove.spec.selector.matchExpressions).toEqual([{ key: '.metadata.finalizers', operator: 'DoesNotExist' }]);
  expect(fail).toMatchObject({
    metadata: { name: 'armature-pod-fail' },
    spec: { next: { statusTemplate: 'phase: Failed\n' } },
  });
});

test('fake nodes keep real pods away and offer accelerators', () => {
  expect(fakeNode(2)).toMatchObject({
    metadata: { name: 'fake-2', annotations: { 'kwok.x-k8s.io/node': 'fake' } },
    spec: { taints: [FAKE_TAINT] },
    status: { allocatable: { 'nvidia.com/gpu': '8' } },
  });
});
