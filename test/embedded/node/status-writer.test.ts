import { expect, test } from '@jest/globals';
import type { PodStatus } from '../../../src/embedded/node/pod-types.ts';
import { covers } from '../../../src/embedded/node/status-writer.ts';

const ready = { type: 'Ready', status: 'True' };
const status = (more: PodStatus = {}): PodStatus => ({ phase: 'Running', conditions: [ready], ...more });

test.each<readonly [string, PodStatus | undefined, PodStatus, boolean]>([
  ['no status', undefined, status(), false],
  ['the same', status(), status(), true],
  [
    'a time that the server writes as null',
    status({ conditions: [{ ...ready, lastProbeTime: null }] }),
    status(),
    true,
  ],
  ['more than is wanted', status({ reason: 'Evicted' }), status(), true],
  ['a reason that is gone', status({ conditions: [{ ...ready, reason: 'Old' }] }), status(), false],
  ['another phase', status({ phase: 'Pending' }), status(), false],
])('%s', (_, known, wanted, expected) => {
  expect(covers(known, wanted)).toBe(expected);
});
