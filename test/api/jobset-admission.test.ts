import { describe, expect, test } from '@jest/globals';
import { crdOf } from '../../src/api/crd.ts';
import { JOB_SET_DEFINITION } from '../../src/api/jobset.ts';
import { compileStructural } from '../../src/embedded/structural/index.ts';

const { openAPIV3Schema } = crdOf(JOB_SET_DEFINITION).spec.versions[0]!.schema;
const judge = compileStructural(openAPIV3Schema, { kind: JOB_SET_DEFINITION.kind });

const stored = (spec: object, name = 'js') =>
  judge.applyDefaults({
    apiVersion: 'jobset.x-k8s.io/v1alpha2',
    kind: 'JobSet',
    metadata: { name },
    spec,
  } as never) as { readonly spec: Record<string, never> };

/** What an apiserver would say against a JobSet; empty when it would take it. */
function refusals(spec: object, options: { readonly name?: string; readonly before?: object } = {}): string {
  const before = options.before ? [stored(options.before, options.name) as never] : [];
  const causes = judge.validate(stored(spec, options.name) as never, ...before);
  return causes.map(({ field, message }) => `${field}: ${message}`).join('\n');
}

const job = (name: string, more: object = {}, spec: object = {}, pod: object = {}) => ({
  name,
  template: { spec: { template: { spec: { containers: [{ name: 'main', image: 'a:1' }], ...pod } }, ...spec } },
  ...more,
});
const two = (more: object = {}) => ({ replicatedJobs: [job('leader'), job('worker')], ...more });
const rules = (...list: object[]) => two({ failurePolicy: { maxRestarts: 1, rules: list } });
const claim = (metadata: object, more: object = {}) => ({ templates: [{ metadata, spec: {} }], ...more });
const mounting = (name: string) => ({
  containers: [{ name: 'main', image: 'a:1', volumeMounts: [{ name, mountPath: '/data' }] }],
});

test('what is left out is stored as upstream’s webhook stores it', () => {
  const { spec } = stored({ replicatedJobs: [job('w')], volumeClaimPolicies: [{}] });
  expect(spec).toMatchObject({
    network: { enableDNSHostnames: true, publishNotReadyAddresses: true },
    successPolicy: { operator: 'All' },
    startupPolicy: { startupPolicyOrder: 'AnyOrder' },
    volumeClaimPolicies: [{ retentionPolicy: { whenDeleted: 'Delete' } }],
    replicatedJobs: [
      {
        replicas: 1,
        groupName: 'default',
        template: { spec: { completionMode: 'Indexed', template: { spec: { restartPolicy: 'OnFailure' } } } },
      },
    ],
  });
});

describe('an apiserver takes', () => {
  test.each<[string, object]>([
    ['two replicated jobs', two()],
    ['none', {}],
    ['a dependency', { replicatedJobs: [job('a'), job('b', { dependsOn: [{ name: 'a', status: 'Ready' }] })] }],
    ['startup in order', two({ startupPolicy: { startupPolicyOrder: 'InOrder' } })],
    ['rules without names, as Go writes them', rules({ name: '', action: 'FailJobSet' }, { action: 'RestartJob' })],
    ['a target', rules({ action: 'RestartJobSet', targetReplicatedJobs: ['worker'] })],
    [
      'a coordinator',
      {
        replicatedJobs: [job('w', { replicas: 2 }, { completions: 2 })],
        coordinator: { replicatedJob: 'w', jobIndex: 1, podIndex: 1 },
      },
    ],
    ['another manager', two({ managedBy: 'kueue.x-k8s.io/multikueue' })],
    [
      'a volume',
      { replicatedJobs: [job('w', {}, {}, mounting('data'))], volumeClaimPolicies: [claim({ name: 'data' })] },
    ],
  ])('%s', (_what, spec) => {
    expect(refusals(spec)).toBe('');
  });

  test('other pod labels, selectors and gates while it is suspended, and the start itself', () => {
    const pods = (pod: object, labels: object, suspend: boolean) => ({
      suspend,
      replicatedJobs: [
        {
          name: 'w',
          template: {
            spec: { template: { metadata: { labels }, spec: { containers: [{ name: 'm', image: 'a:1' }], ...pod } } },
          },
        },
      ],
    });
    const patched = { nodeSelector: { pool: 'a' }, tolerations: [{ key: 'x' }], schedulingGates: [{ name: 'g' }] };
    const before = pods({}, {}, true);
    expect(refusals(pods(patched, { team: 'a' }, true), { before })).toBe('');
    expect(refusals(pods(patched, { team: 'a' }, false), { before })).toBe('');
    const running = pods({}, {}, false);
    expect(refusals(pods({ nodeSelector: { pool: 'a' } }, {}, false), { before: running })).toContain('suspended');
    expect(refusals(pods({ schedulingGates: [{ name: 'g' }] }, {}, false), { before: running })).toContain('suspended');
    expect(refusals(pods({}, { team: 'a' }, false), { before: running })).toContain('suspended');
    expect(refusals(pods({ nodeSelector: { pool: 'a' } }, {}, true), { before: running })).toBe('');
  });
});

describe('an apiserver refuses', () => {
  test.each<[string, object, string]>([
    [
      'a dependency of the first',
      { replicatedJobs: [job('a', { dependsOn: [{ name: 'a', status: 'Ready' }] })] },
      'spec.replicatedJobs[0].dependsOn',
    ],
    [
      'a dependency on itself',
      { replicatedJobs: [job('a'), job('b', { dependsOn: [{ name: 'b', status: 'Ready' }] })] },
      'stand before it',
    ],
    [
      'a dependency on a later one',
      { replicatedJobs: [job('a'), job('b', { dependsOn: [{ name: 'c', status: 'Ready' }] }), job('c')] },
      'stand before it',
    ],
    [
      'an unknown status of a dependency',
      { replicatedJobs: [job('a'), job('b', { dependsOn: [{ name: 'a', status: 'Done' }] })] },
      'Unsupported value',
    ],
    [
      'startup in order beside dependencies',
      {
        replicatedJobs: [job('a'), job('b', { dependsOn: [{ name: 'a', status: 'Ready' }] })],
        startupPolicy: { startupPolicyOrder: 'InOrder' },
      },
      'exclude each other',
    ],
    [
      'a target that is not there',
      two({ successPolicy: { operator: 'Any', targetReplicatedJobs: ['x'] } }),
      'spec.successPolicy.targetReplicatedJobs',
    ],
    [
      'a rule’s target that is not there',
      rules({ action: 'FailJobSet', targetReplicatedJobs: ['x'] }),
      'spec.failurePolicy.rules[].targetReplicatedJobs',
    ],
    [
      'a reason that no Job has',
      rules({ action: 'FailJobSet', onJobFailureReasons: ['Whim'] }),
      'must be one of BackoffLimitExceeded',
    ],
    [
      'two rules of one name',
      rules({ name: 'a', action: 'FailJobSet' }, { name: 'a', action: 'RestartJob' }),
      'must be unique',
    ],
    ['a rule’s name with a dash', rules({ name: 'a-b', action: 'FailJobSet' }), 'must begin with a letter'],
    [
      'restarts in place',
      two({ failurePolicy: { restartStrategy: 'InPlaceRestart' } }),
      'InPlaceRestart is not available',
    ],
    [
      'single restarts of too many',
      { replicatedJobs: [job('w', { replicas: 1025 })], failurePolicy: { rules: [{ action: 'RestartJob' }] } },
      'at most 1024',
    ],
    [
      'a coordinator without completions',
      two({ coordinator: { replicatedJob: 'worker' } }),
      'spec.coordinator must name a pod',
    ],
    [
      'a coordinator beyond the last pod',
      { replicatedJobs: [job('w', {}, { completions: 2 })], coordinator: { replicatedJob: 'w', podIndex: 2 } },
      'spec.coordinator must name a pod',
    ],
    ['a manager without a domain', two({ managedBy: 'me' }), 'spec.managedBy must be a path'],
    ['a subdomain that no Service has', two({ network: { subdomain: 'a.b' } }), 'spec.network.subdomain'],
    ['a group’s name in capitals', { replicatedJobs: [job('w', { groupName: 'G' })] }, 'groupName'],
    ['pods that always restart', { replicatedJobs: [job('w', {}, {}, { restartPolicy: 'Always' })] }, 'restartPolicy'],
    ['no pods', { replicatedJobs: [{ name: 'w', template: {} }] }, 'is required'],
    [
      'a claim’s namespace',
      {
        replicatedJobs: [job('w', {}, {}, mounting('data'))],
        volumeClaimPolicies: [claim({ name: 'data', namespace: 'n' })],
      },
      'namespace must not be set',
    ],
    [
      'a claim’s name twice',
      {
        replicatedJobs: [job('w', {}, {}, mounting('data'))],
        volumeClaimPolicies: [{ templates: [{ metadata: { name: 'data' } }, { metadata: { name: 'data' } }] }],
      },
      'unique',
    ],
  ])('%s', (_what, spec, words) => {
    expect(refusals(spec)).toContain(words);
  });

  test.each<[string, object, object, string]>([
    ['the network', two(), two({ network: { enableDNSHostnames: false } }), 'spec.network is immutable'],
    ['the success policy', two(), two({ successPolicy: { operator: 'Any' } }), 'spec.successPolicy is immutable'],
    [
      'the failure policy',
      rules({ action: 'FailJobSet' }),
      rules({ action: 'RestartJobSet' }),
      'spec.failurePolicy is immutable',
    ],
    [
      'the startup policy',
      two(),
      two({ startupPolicy: { startupPolicyOrder: 'InOrder' } }),
      'spec.startupPolicy is immutable',
    ],
    [
      'the number of Jobs',
      two(),
      { replicatedJobs: [job('leader'), job('worker', { replicas: 2 })] },
      'replicas is immutable',
    ],
    ['the replicated jobs', two(), { replicatedJobs: [job('leader')] }, 'cannot be added, removed'],
    ['a name', two(), { replicatedJobs: [job('leader'), job('helper')] }, 'cannot be added, removed'],
    [
      'a dependency',
      two(),
      { replicatedJobs: [job('leader'), job('worker', { dependsOn: [{ name: 'leader', status: 'Ready' }] })] },
      'dependsOn',
    ],
    ['the manager', two(), two({ managedBy: 'a.b/c' }), 'spec.managedBy is immutable'],
    ['the parallelism', two(), { replicatedJobs: [job('leader'), job('worker', {}, { parallelism: 2 })] }, 'immutable'],
    [
      'the image, suspended or not',
      two({ suspend: true }),
      {
        replicatedJobs: [job('leader'), job('worker', {}, {}, { containers: [{ name: 'main', image: 'a:2' }] })],
        suspend: true,
      },
      'immutable',
    ],
    [
      'the service account',
      two(),
      { replicatedJobs: [job('leader'), job('worker', {}, {}, { serviceAccountName: 'x' })] },
      'immutable',
    ],
  ])('a change of %s', (_what, before, after, words) => {
    expect(refusals(after, { before })).toContain(words);
  });

  test('names that no Job, pod or Service could have', () => {
    expect(refusals(two(), { name: '1a' })).toContain('metadata.name');
    expect(refusals(two(), { name: 'a'.repeat(60) })).toContain('too long');
    const indexed = { replicatedJobs: [job('w', {}, { completions: 100 })] };
    expect(refusals(indexed, { name: 'a'.repeat(51) })).toContain('names of its pods');
    expect(refusals(indexed, { name: 'a'.repeat(50) })).toBe('');
    const far = { replicatedJobs: [job('w', {}, { completions: 1 })], coordinator: { replicatedJob: 'w' } };
    expect(refusals(far, { name: 'a'.repeat(31) })).toContain('coordinator');
    expect(refusals(far, { name: 'a'.repeat(28) })).toBe('');
  });
});
