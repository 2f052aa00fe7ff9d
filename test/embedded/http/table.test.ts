import { describe, expect, test } from '@jest/globals';
import type { PrinterColumn } from '../../../src/api/crd.ts';
import type { KubeObject } from '../../../src/api/kube.ts';
import { BUILTIN_RESOURCES } from '../../../src/embedded/builtin/resources.ts';
import { customColumns } from '../../../src/embedded/http/table/columns.ts';
import { humanDuration } from '../../../src/embedded/http/table/duration.ts';
import { jsonPath } from '../../../src/embedded/http/table/json-path.ts';
import { tableOf } from '../../../src/embedded/http/table/table.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [0, '0s'],
  [119 * SECOND, '119s'],
  [2 * MINUTE, '2m'],
  [3 * MINUTE + 5 * SECOND, '3m5s'],
  [11 * MINUTE + 5 * SECOND, '11m'],
  [3 * HOUR + 4 * MINUTE, '3h4m'],
  [9 * HOUR + 4 * MINUTE, '9h'],
  [3 * DAY + 2 * HOUR, '3d2h'],
  [9 * DAY + 2 * HOUR, '9d'],
  [800 * DAY, '2y70d'],
  [-5 * SECOND, '<invalid>'],
])('an age of %i ms is shown as %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

test.each([
  ['.spec.name', ['job']],
  ['.spec.missing.deeper', []],
  ['{.spec.list[*].type}', ['A', 'B', 'C']],
  ['.spec.list[0].type', ['A']],
  ['.spec.list[-1:].type', ['C']],
  ['.spec.list[-1].type', ['C']],
  ['.spec.list[1:].type', ['B', 'C']],
  ['.spec.list[?(@.type=="B")].status', ['True']],
  [`.spec.list[?(@.type != 'B')].type`, ['A', 'C']],
  [`.metadata.labels['a.b/c']`, ['yes']],
  [`.metadata.labels.a\\.b`, undefined],
])('the path %s finds %j', (path, found) => {
  const list = ['A', 'B', 'C'].map((type) => ({ type, status: type === 'B' ? 'True' : 'False' }));
  expect(jsonPath(path)?.({ metadata: { labels: { 'a.b/c': 'yes' } }, spec: { name: 'job', list } })).toEqual(found);
});

const object = (rest: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Any',
  ...rest,
  metadata: { name: 'x', creationTimestamp: '2026-01-01T23:59:00Z', ...(rest as { metadata?: object }).metadata },
});

test('custom resources have the columns that their definition names', () => {
  const columns: readonly PrinterColumn[] = [
    { name: 'State', type: 'string', jsonPath: '.status.conditions[-1:].type' },
    { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
    { name: 'Suspended', type: 'boolean', jsonPath: '.spec.suspend', priority: 1 },
    { name: 'Ended', type: 'date', jsonPath: '.status.ended' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ];
  const made = customColumns(columns);
  const cells = (it: KubeObject) => made.map(({ cell }) => cell(it, NOW));
  const conditions = [{ type: 'Created' }, { type: 'Running' }];
  expect(made.map(({ name }) => name)).toEqual(['Name', 'State', 'Replicas', 'Suspended', 'Ended', 'Age']);
  expect(cells(object({ spec: { replicas: 2, suspend: true }, status: { conditions } }))).toEqual([
    'x',
    'Running',
    2,
    true,
    '<unknown>',
    '60s',
  ]);
  expect(cells(object({ spec: { replicas: 'many' } }))).toEqual(['x', '', null, null, '<unknown>', '60s']);
});

const rowOf = (plural: string, it: KubeObject): unknown[] => {
  const resource = BUILTIN_RESOURCES.find(({ kind }) => kind.plural === plural);
  if (!resource) throw new Error(`${plural} is not served`);
  const { rows } = tableOf(resource, [it], {}, { now: NOW, includeObject: 'None' }) as { rows: { cells: unknown[] }[] };
  return rows[0]?.cells ?? [];
};

describe('pods', () => {
  const containers = [{ name: 'main' }];
  const pod = (status: object, rest: object = {}) => object({ spec: { containers }, status, ...rest });
  const main = (state: object, more: object = {}) => ({ name: 'main', state, ready: false, restartCount: 0, ...more });
  const running = { running: { startedAt: '2026-01-01T23:59:10Z' } };

  test.each([
    ['waiting for a node', pod({ phase: 'Pending' }), ['0/1', 'Pending', '0']],
    [
      'running',
      pod({ phase: 'Running', containerStatuses: [main(running, { ready: true })] }),
      ['1/1', 'Running', '0'],
    ],
    [
      'crashing',
      pod({
        phase: 'Running',
        containerStatuses: [
          main(
            { waiting: { reason: 'CrashLoopBackOff' } },
            { restartCount: 3, lastState: { terminated: { finishedAt: '2026-01-01T23:59:30Z' } } },
          ),
        ],
      }),
      ['0/1', 'CrashLoopBackOff', '3 (30s ago)'],
    ],
    [
      'done',
      pod({ phase: 'Succeeded', containerStatuses: [main({ terminated: { reason: 'Completed', exitCode: 0 } })] }),
      ['0/1', 'Completed', '0'],
    ],
    [
      'killed by a signal',
      pod({ phase: 'Failed', containerStatuses: [main({ terminated: { signal: 9, exitCode: 137 } })] }),
      ['0/1', 'Signal:9', '0'],
    ],
    [
      'being deleted',
      pod(
        { phase: 'Running', containerStatuses: [main(running, { ready: true })] },
        { metadata: { deletionTimestamp: '2026-01-02T00:00:30Z' } },
      ),
      ['1/1', 'Terminating', '0'],
    ],
    [
      'in its first init container',
      pod(
        {
          phase: 'Pending',
          initContainerStatuses: [
            { name: 'first', state: running },
            { name: 'second', state: {} },
          ],
        },
        { spec: { containers, initContainers: [{ name: 'first' }, { name: 'second' }] } },
      ),
      ['0/1', 'Init:0/2', '0'],
    ],
    [
      'running beside a sidecar',
      pod(
        {
          phase: 'Running',
          conditions: [{ type: 'Initialized', status: 'True' }],
          initContainerStatuses: [{ name: 'side', state: running, started: true, ready: true }],
          containerStatuses: [main(running, { ready: true })],
        },
        { spec: { containers, initContainers: [{ name: 'side', restartPolicy: 'Always' }] } },
      ),
      ['2/2', 'Running', '0'],
    ],
  ])('%s', (_what, it, expected) => {
    expect(rowOf('pods', it).slice(1, 4)).toEqual(expected);
  });
});

test.each([
  [
    'nodes',
    {
      spec: { unschedulable: true },
      status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.36.0' } },
    },
    ['x', 'Ready,SchedulingDisabled', '<none>', '60s', 'v1.36.0'],
  ],
  [
    'services',
    { spec: { type: 'ClusterIP', clusterIP: 'None', ports: [{ port: 80 }, { port: 81, protocol: 'UDP' }] } },
    ['x', 'ClusterIP', 'None', '<none>', '80/TCP,81/UDP', '60s'],
  ],
  ['namespaces', { status: { phase: 'Active' } }, ['x', 'Active', '60s']],
  ['configmaps', { data: { a: '1' }, binaryData: { b: '' } }, ['x', 2, '60s']],
  ['secrets', { type: 'Opaque', data: { a: '' } }, ['x', 'Opaque', 1, '60s']],
  [
    'events',
    {
      lastTimestamp: '2026-01-01T23:59:50Z',
      type: 'Normal',
      reason: 'Started',
      involvedObject: { kind: 'Pod', name: 'p' },
      message: ' Started \n',
    },
    ['10s', 'Normal', 'Started', 'pod/p'],
  ],
  [
    'resourcequotas',
    { status: { hard: { pods: '4', 'limits.cpu': '2' }, used: { pods: '1' } } },
    ['x', 'pods: 1/4', 'limits.cpu: 0/2', '60s'],
  ],
  ['leases', { spec: { holderIdentity: 'me' } }, ['x', 'me', '60s']],
])('%s', (plural, rest, cells) => {
  expect(rowOf(plural, object(rest)).slice(0, cells.length)).toEqual(cells);
});
