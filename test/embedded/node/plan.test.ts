import { describe, expect, test } from '@jest/globals';
import { freshRecord, type PodRecord } from '../../../src/embedded/node/lifecycle/record.ts';
import type { Pod } from '../../../src/embedded/node/pod-types.ts';
import {
  brief,
  container,
  deleted,
  exited,
  inits,
  look,
  of,
  podOf,
  recordWith,
  running,
  seconds,
  sidecar,
  T0,
} from './pod-builders.ts';

interface Case {
  readonly name: string;
  readonly pod: Pod;
  readonly record: PodRecord;
  readonly at?: number;
  readonly actions: readonly string[];
  readonly phase: string;
  readonly wakesAt?: number;
}

const two = { containers: [container('main'), container('other')] };
const probe = { httpGet: { port: 80 } };

const cases: readonly Case[] = [
  { name: 'a new pod is set up', pod: podOf(), record: freshRecord(T0), actions: ['set-up'], phase: 'Pending' },
  {
    name: 'nothing starts while it is set up',
    pod: podOf(),
    record: recordWith({}, { setup: { stage: 'running', failures: 0 } }),
    actions: [],
    phase: 'Pending',
  },
  {
    name: 'a failed set-up is tried again after 2 s, doubled each time',
    pod: podOf(),
    record: recordWith(
      {},
      { setup: { stage: 'none', failures: 2, failure: { reason: 'FailedMount', message: 'm', at: T0 } } },
    ),
    actions: [],
    phase: 'Pending',
    wakesAt: 4,
  },
  {
    name: 'containers start together',
    pod: podOf(two),
    record: recordWith({}),
    actions: ['start main', 'start other'],
    phase: 'Pending',
  },
  {
    name: 'the first init container starts alone',
    pod: podOf(inits(container('a'), container('b'))),
    record: recordWith({}),
    actions: ['start a'],
    phase: 'Pending',
  },
  {
    name: 'a running init container is waited for',
    pod: podOf(inits(container('a'), container('b'))),
    record: recordWith({ a: running() }),
    actions: [],
    phase: 'Pending',
  },
  {
    name: 'the next init container follows',
    pod: podOf(inits(container('a'), container('b'))),
    record: recordWith({ a: exited(0) }),
    actions: ['start b'],
    phase: 'Pending',
  },
  {
    name: 'containers follow the last init container',
    pod: podOf(inits(container('a'))),
    record: recordWith({ a: exited(0) }),
    actions: ['start main'],
    phase: 'Pending',
  },
  {
    name: 'a failed init container runs again at once',
    pod: podOf(inits(container('a'))),
    record: recordWith({ a: exited(1) }),
    actions: ['start a'],
    phase: 'Pending',
  },
  {
    name: 'a failed init container ends a pod that never restarts',
    pod: podOf({ ...inits(container('a')), restartPolicy: 'Never' }),
    record: recordWith({ a: exited(1) }),
    actions: [],
    phase: 'Failed',
  },
  {
    name: 'a sidecar starts first',
    pod: podOf(inits(sidecar('s'))),
    record: recordWith({}),
    actions: ['start s'],
    phase: 'Pending',
  },
  {
    name: 'containers follow a sidecar that has started',
    pod: podOf(inits(sidecar('s'))),
    record: recordWith({ s: running() }),
    actions: ['start main'],
    phase: 'Pending',
  },
  {
    name: 'containers wait for the startup probe of a sidecar',
    pod: podOf(inits(sidecar('s', { startupProbe: probe }))),
    record: recordWith({ s: running(0) }),
    actions: ['probe s startup'],
    phase: 'Pending',
  },
  {
    name: 'a sidecar that ended runs again, whatever the policy',
    pod: podOf({ ...inits(sidecar('s')), restartPolicy: 'Never' }),
    record: recordWith({ s: exited(0), main: running() }),
    actions: ['start s'],
    phase: 'Running',
  },
  {
    name: 'a sidecar stops when the containers are over',
    pod: podOf({ ...inits(sidecar('s')), restartPolicy: 'Never' }),
    record: recordWith({ s: running(), main: exited(0) }),
    actions: ['stop s 30'],
    phase: 'Running',
  },
  {
    name: 'sidecars stop in reverse order',
    pod: podOf({ ...inits(sidecar('s'), sidecar('t')), restartPolicy: 'Never' }),
    record: recordWith({ s: running(), t: running(), main: exited(0) }),
    actions: ['stop t 30'],
    phase: 'Running',
  },
  {
    name: 'the exit code of a sidecar does not count',
    pod: podOf({ ...inits(sidecar('s')), restartPolicy: 'Never' }),
    record: recordWith({ s: exited(137), main: exited(0) }),
    actions: [],
    phase: 'Succeeded',
  },
  {
    name: 'Never: success',
    pod: podOf({ restartPolicy: 'Never' }),
    record: recordWith({ main: exited(0) }),
    actions: [],
    phase: 'Succeeded',
  },
  {
    name: 'Never: failure',
    pod: podOf({ restartPolicy: 'Never' }),
    record: recordWith({ main: exited(3) }),
    actions: [],
    phase: 'Failed',
  },
  {
    name: 'Never: one still runs',
    pod: podOf({ ...two, restartPolicy: 'Never' }),
    record: recordWith({ main: exited(3), other: running() }),
    actions: [],
    phase: 'Running',
  },
  {
    name: 'OnFailure: success',
    pod: podOf({ restartPolicy: 'OnFailure' }),
    record: recordWith({ main: exited(0) }),
    actions: [],
    phase: 'Succeeded',
  },
  {
    name: 'OnFailure: the first failure is followed at once',
    pod: podOf({ restartPolicy: 'OnFailure' }),
    record: recordWith({ main: exited(1) }),
    actions: ['start main'],
    phase: 'Running',
  },
  {
    name: 'OnFailure: the second waits 10 s',
    pod: podOf({ restartPolicy: 'OnFailure' }),
    record: recordWith({ main: exited(1, { restarts: 1, crashes: 1 }) }),
    at: 2,
    actions: [],
    phase: 'Running',
    wakesAt: 11,
  },
  {
    name: 'the wait doubles',
    pod: podOf(),
    record: recordWith({ main: exited(1, { restarts: 3, crashes: 3 }) }),
    at: 2,
    actions: [],
    phase: 'Running',
    wakesAt: 41,
  },
  {
    name: 'the wait never exceeds 5 min',
    pod: podOf(),
    record: recordWith({ main: exited(1, { crashes: 30 }) }),
    at: 2,
    actions: [],
    phase: 'Running',
    wakesAt: 301,
  },
  {
    name: 'the wait ends',
    pod: podOf(),
    record: recordWith({ main: exited(1, { crashes: 3 }) }),
    at: 41,
    actions: ['start main'],
    phase: 'Running',
  },
  {
    name: 'a long run forgives earlier crashes',
    pod: podOf(),
    record: recordWith({ main: exited(1, { crashes: 9 }, 0, 601) }),
    at: 601,
    actions: ['start main'],
    phase: 'Running',
  },
  {
    name: 'Always: success is followed as well',
    pod: podOf(),
    record: recordWith({ main: exited(0) }),
    actions: ['start main'],
    phase: 'Running',
  },
  {
    name: 'a container may have a policy of its own',
    pod: podOf({ containers: [container('main', { restartPolicy: 'Never' })] }),
    record: recordWith({ main: exited(1) }),
    actions: [],
    phase: 'Failed',
  },
  {
    name: 'a restart rule decides by exit code',
    pod: podOf({
      restartPolicy: 'Never',
      containers: [
        container('main', { restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }] }),
      ],
    }),
    record: recordWith({ main: exited(42) }),
    actions: ['start main'],
    phase: 'Running',
  },
  {
    name: 'an image that is missing is tried again',
    pod: podOf(),
    record: recordWith({
      main: of(undefined, { blocked: { reason: 'ErrImagePull', message: 'm', at: T0 }, blockedTimes: 3 }),
    }),
    actions: [],
    phase: 'Pending',
    wakesAt: 8,
  },
  {
    name: 'one that never started keeps the pod pending',
    pod: podOf(two),
    record: recordWith({ main: running() }),
    actions: ['start other'],
    phase: 'Pending',
  },
  {
    name: 'a deadline is waited for',
    pod: podOf({ activeDeadlineSeconds: 60 }),
    record: recordWith({ main: running() }),
    actions: [],
    phase: 'Running',
    wakesAt: 60,
  },
  {
    name: 'a deadline stops the containers',
    pod: podOf({ activeDeadlineSeconds: 60 }),
    record: recordWith({ main: running() }),
    at: 60,
    actions: ['stop main 30'],
    phase: 'Running',
  },
  {
    name: 'a deadline fails the pod, even if it ended well',
    pod: podOf({ activeDeadlineSeconds: 60, restartPolicy: 'Always' }),
    record: recordWith({ main: exited(0) }),
    at: 61,
    actions: [],
    phase: 'Failed',
  },
  {
    name: 'deletion stops the containers with its grace',
    pod: podOf({}, deleted(7)),
    record: recordWith({ main: running() }),
    actions: ['stop main 7'],
    phase: 'Running',
  },
  {
    name: 'what is stopping is not stopped again',
    pod: podOf({}, deleted(7)),
    record: recordWith({ main: running(0, { stage: 'stopping', stopGraceSeconds: 7 }) }),
    actions: [],
    phase: 'Running',
  },
  {
    name: 'a shorter grace is passed on',
    pod: podOf({}, deleted(0)),
    record: recordWith({ main: running(0, { stage: 'stopping', stopGraceSeconds: 7 }) }),
    actions: ['stop main 0'],
    phase: 'Running',
  },
  {
    name: 'a deleted pod is removed when nothing runs',
    pod: podOf({}, deleted()),
    record: recordWith({ main: exited(143) }),
    actions: ['remove'],
    phase: 'Failed',
  },
  {
    name: 'a deleted pod that never ran fails',
    pod: podOf({}, deleted()),
    record: freshRecord(T0),
    actions: ['remove'],
    phase: 'Failed',
  },
  {
    name: 'a deleted pod does not restart',
    pod: podOf(two, deleted()),
    record: recordWith({ main: exited(1), other: running() }),
    actions: ['stop other 30'],
    phase: 'Running',
  },
  {
    name: 'sidecars of a deleted pod stop last, in what is left',
    pod: podOf(inits(sidecar('s')), deleted(10)),
    record: recordWith({ s: running(), main: exited(143) }, { endingSince: seconds(-6) }),
    at: 0,
    actions: ['stop s 4'],
    phase: 'Running',
  },
  {
    name: 'a pod that vanished is stopped, and not removed',
    pod: podOf(),
    record: recordWith({ main: running() }, { gone: true }),
    actions: ['stop main 30'],
    phase: 'Running',
  },
  {
    name: 'a pod that somebody else failed is stopped',
    pod: podOf({}, { status: { phase: 'Failed', reason: 'Evicted' } }),
    record: recordWith({ main: running() }),
    actions: ['stop main 30'],
    phase: 'Failed',
  },
  {
    name: 'a finished pod rests',
    pod: podOf({ restartPolicy: 'Never' }, { status: { phase: 'Succeeded' } }),
    record: recordWith({ main: exited(0) }),
    actions: [],
    phase: 'Succeeded',
  },
  {
    name: 'probes begin after their delay',
    pod: podOf({ containers: [container('main', { readinessProbe: { ...probe, initialDelaySeconds: 5 } })] }),
    record: recordWith({ main: running() }),
    actions: [],
    phase: 'Running',
    wakesAt: 5,
  },
  {
    name: 'probes repeat after their period',
    pod: podOf({ containers: [container('main', { readinessProbe: { ...probe, periodSeconds: 3 } })] }),
    record: recordWith({
      main: running(0, { probes: { readiness: { inFlight: false, lastAt: T0, successes: 1, failures: 0 } } }),
    }),
    actions: [],
    phase: 'Running',
    wakesAt: 3,
  },
  {
    name: 'a probe does not overtake itself',
    pod: podOf({ containers: [container('main', { readinessProbe: probe })] }),
    record: recordWith({
      main: running(0, { probes: { readiness: { inFlight: true, lastAt: T0, successes: 0, failures: 0 } } }),
    }),
    at: 99,
    actions: [],
    phase: 'Running',
  },
  {
    name: 'the startup probe comes before the others',
    pod: podOf({
      containers: [container('main', { startupProbe: probe, livenessProbe: probe, readinessProbe: probe })],
    }),
    record: recordWith({ main: running() }),
    actions: ['probe main startup'],
    phase: 'Running',
  },
  {
    name: 'the others follow the startup probe',
    pod: podOf({
      containers: [container('main', { startupProbe: probe, livenessProbe: probe, readinessProbe: probe })],
    }),
    record: recordWith({
      main: running(0, { probes: { startup: { inFlight: false, successes: 1, failures: 0, verdict: 'passed' } } }),
    }),
    actions: ['probe main readiness', 'probe main liveness'],
    phase: 'Running',
  },
  {
    name: 'a failed liveness probe stops the container',
    pod: podOf({ containers: [container('main', { livenessProbe: { ...probe, terminationGracePeriodSeconds: 4 } })] }),
    record: recordWith({
      main: running(0, { probes: { liveness: { inFlight: false, successes: 0, failures: 3, verdict: 'failed' } } }),
    }),
    actions: ['stop main 4'],
    phase: 'Running',
  },
  {
    name: 'a failed startup probe stops the container',
    pod: podOf({ containers: [container('main', { startupProbe: probe })] }),
    record: recordWith({
      main: running(0, { probes: { startup: { inFlight: false, successes: 0, failures: 3, verdict: 'failed' } } }),
    }),
    actions: ['stop main 30'],
    phase: 'Running',
  },
];

describe('what a node does for a pod', () => {
  test.each(cases)('$name', ({ pod, record, at, actions, phase, wakesAt }) => {
    const plan = look(pod, record, at);
    expect(brief(plan)).toEqual(actions);
    expect(plan.status.phase).toBe(phase);
    expect(plan.wakeAt).toBe(wakesAt === undefined ? undefined : seconds(wakesAt));
  });
});
