import { expect, test } from '@jest/globals';
import { quotaProblems } from '../../../src/api/scheduling/quota.ts';

const pods = (count: number, resources: object) => [
  { path: 'spec', count, spec: { containers: [{ name: 'c', resources }] } },
];

test.each<[string, ReturnType<typeof pods>, Record<string, string>, boolean, readonly string[]]>([
  ['within the quota', pods(2, { requests: { cpu: '2' } }), { 'requests.cpu': '4' }, false, []],
  ['above it', pods(3, { requests: { cpu: '2' } }), { 'requests.cpu': '4' }, false, ['quota-too-small']],
  ['a limit without a request is one', pods(3, { limits: { cpu: '2' } }), { cpu: '4' }, false, ['quota-too-small']],
  ['too many pods', pods(3, {}), { pods: '2' }, false, ['quota-too-small']],
  ['pods that do not say what is counted', pods(1, {}), { 'limits.memory': '1Gi' }, false, ['quota-needs-request']],
  ['unless a LimitRange says it for them', pods(1, {}), { 'limits.memory': '1Gi' }, true, []],
])('%s', (_what, sets, hard, defaults, codes) => {
  expect(quotaProblems(sets, { name: 'q', hard }, defaults).map(({ code }) => code)).toEqual(codes);
});
