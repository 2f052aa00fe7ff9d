import { describe, expect, test } from '@jest/globals';
import { describePod, describeWarnings } from '../../src/cli/explain-pods.ts';

const pod = (status: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' }, status });

describe('a pod in words', () => {
  test.each([
    ['runs', { phase: 'Running', containerStatuses: [{ name: 'c', state: { running: {} } }] }, 'n/p Running'],
    [
      'cannot be placed',
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }] },
      'n/p Pending; not scheduled: 0/1 nodes are available',
    ],
    [
      'has no image',
      {
        phase: 'Pending',
        containerStatuses: [{ name: 'c', state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } } }],
      },
      'n/p Pending; container c waits: ErrImagePull, no such image',
    ],
    [
      'crashes again and again',
      {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'c',
            restartCount: 3,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 1, reason: 'Error' } },
          },
        ],
      },
      'n/p Running; container c waits: CrashLoopBackOff; container c ended with code 1 (Error), restarted 3 times',
    ],
    [
      'was evicted',
      { phase: 'Failed', reason: 'Evicted', message: 'low on memory' },
      'n/p Failed; Evicted: low on memory',
    ],
  ])('that %s', (_title, status, expected) => {
    expect(describePod(pod(status))).toBe(expected);
  });
});

test('only warnings are told, oldest first', () => {
  const event = (type: string, reason: string, creationTimestamp: string) => ({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: reason, creationTimestamp },
    type,
    reason,
    note: 'why',
    regarding: { kind: 'Pod', name: 'p' },
  });
  const events = [
    event('Warning', 'B', '2026-01-02T00:00:00Z'),
    event('Normal', 'N', '2026-01-01T00:00:00Z'),
    event('Warning', 'A', '2026-01-01T00:00:00Z'),
  ];
  expect(describeWarnings(events)).toEqual(['Pod p: A: why', 'Pod p: B: why']);
});
