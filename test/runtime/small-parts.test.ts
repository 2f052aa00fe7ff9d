import { describe, expect, test } from '@jest/globals';
import { POD, PYTORCH_JOB } from '../../src/api/kinds.ts';
import { parseAddress } from '../../src/runtime/health.ts';
import { jsonLogger } from '../../src/runtime/log.ts';
import { Metrics } from '../../src/runtime/metrics.ts';
import { mergeRules } from '../../src/runtime/permissions.ts';
import { projectionOf } from '../../src/runtime/projection.ts';
import { queryString, resourcePath } from '../../src/runtime/resource-path.ts';
import { TokenBucket } from '../../src/runtime/token-bucket.ts';
import { HandEnvironment } from './hand-environment.ts';

describe('projection', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' } },
    spec: { nodeName: 'n', containers: [{ name: 'a', image: 'i' }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'a', state: { running: {} }, image: 'i' }] },
  };

  test('keeps the named paths, through lists too', () => {
    const project = projectionOf(['spec.nodeName', 'status.phase', 'status.containerStatuses.state']);
    expect(project(pod)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'x', annotations: { kept: 'yes' } },
      spec: { nodeName: 'n' },
      status: { phase: 'Running', containerStatuses: [{ state: { running: {} } }] },
    });
  });

  test('a whole subtree wins over its parts, in either order', () => {
    expect(projectionOf(['spec', 'spec.nodeName'])(pod).spec).toEqual(pod.spec);
    expect(projectionOf(['spec.nodeName', 'spec'])(pod).spec).toEqual(pod.spec);
  });
});

describe('permissions', () => {
  test('are merged into the fewest rules, sorted', () => {
    expect(
      mergeRules([
        { group: '', resource: 'services', verbs: ['list', 'create'] },
        { group: '', resource: 'pods', verbs: ['create'] },
        { group: '', resource: 'pods', verbs: ['list'] },
        { group: 'a.io', resource: 'things/status', verbs: ['patch'] },
        { group: 'a.io', resource: 'roles', verbs: ['bind'], names: ['b', 'a'] },
        { group: 'a.io', resource: 'roles', verbs: ['bind'], names: ['a', 'b'] },
      ]),
    ).toEqual([
      { apiGroups: [''], resources: ['pods', 'services'], verbs: ['create', 'list'] },
      { apiGroups: ['a.io'], resources: ['roles'], verbs: ['bind'], resourceNames: ['a', 'b'] },
      { apiGroups: ['a.io'], resources: ['things/status'], verbs: ['patch'] },
    ]);
  });
});

describe('paths', () => {
  test('core and grouped, with and without namespace, name and subresource', () => {
    expect(resourcePath(POD)).toBe('/api/v1/pods');
    expect(resourcePath(PYTORCH_JOB, { namespace: 'a', name: 'j', subresource: 'status' })).toBe(
      '/apis/kubeflow.org/v1/namespaces/a/pytorchjobs/j/status',
    );
    expect(queryString({ watch: true, limit: undefined, force: false, a: 'b c' })).toBe('?watch=true&a=b+c');
  });

  test('addresses', () => {
    expect(parseAddress(':8080')).toEqual({ port: 8080 });
    expect(parseAddress('127.0.0.1:1')).toEqual({ host: '127.0.0.1', port: 1 });
    expect(parseAddress('[::1]:1')).toEqual({ host: '::1', port: 1 });
    expect(parseAddress('0')).toBeUndefined();
    expect(() => parseAddress('nonsense')).toThrow(/HOST:PORT/);
  });
});

describe('metrics', () => {
  test("are in Prometheus' text format under controller-runtime's names", () => {
    const metrics = new Metrics();
    metrics.declare([{ name: 'made_total', help: 'Made.', labels: ['kind'] }]);
    metrics.count({ counter: 'made_total', labels: { kind: 'a "b"' }, by: 2 });
    metrics.reconciled('job', 'error', 0.02);
    const text = metrics.registry.text();
    expect(text).toContain('made_total{kind="a \\"b\\""} 2\n');
    expect(text).toContain('controller_runtime_reconcile_errors_total{controller="job"} 1\n');
    expect(text).toContain('controller_runtime_reconcile_time_seconds_bucket{controller="job",le="0.01"} 0\n');
    expect(text).toContain('controller_runtime_reconcile_time_seconds_bucket{controller="job",le="+Inf"} 1\n');
    expect(text).toMatch(/process_resident_memory_bytes \d+/);
  });
});

describe('limits and logs', () => {
  test('a bucket lets a burst through, then spaces calls evenly', async () => {
    const environment = new HandEnvironment();
    const bucket = new TokenBucket(environment, 10, 2);
    const at: number[] = [];
    const begin = environment.now();
    for (let i = 0; i < 4; i++) void bucket.take().then(() => at.push(environment.now() - begin));
    await environment.pass(1000);
    expect(at).toEqual([0, 0, 100, 200]);
  });

  test('a log line is one JSON object, errors spelled out', () => {
    const lines: string[] = [];
    const log = jsonLogger('info', (line) => lines.push(line));
    log.debug('not this');
    log.error('it broke', { error: new Error('why') });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'error',
      message: 'it broke',
      error: { message: 'why' },
    });
  });
});
