import { describe, expect, test } from '@jest/globals';
import type { PodPlan } from '../../../src/embedded/node/lifecycle/plan.ts';
import { recoveredRecord } from '../../../src/embedded/node/lifecycle/record.ts';
import type { ContainerStatus, PodSpec } from '../../../src/embedded/node/pod-types.ts';
import { brief, container, exited, inits, look, of, podOf, recordWith, running, seconds, T0 } from './pod-builders.ts';

const probe = { httpGet: { port: 80 } };

describe('what a node reports', () => {
  const main = (plan: PodPlan): ContainerStatus => plan.status.containerStatuses?.[0] as ContainerStatus;
  const condition = (plan: PodPlan, wanted: string) => plan.status.conditions?.find(({ type }) => type === wanted);

  test('a container that waits for its next run', () => {
    const plan = look(podOf(), recordWith({ main: exited(7, { restarts: 2, crashes: 2 }) }), 2);
    expect(main(plan)).toMatchObject({
      ready: false,
      started: false,
      restartCount: 2,
      state: {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: 'back-off 20s restarting failed container=main pod=p_ns(u)',
        },
      },
      lastState: { terminated: { exitCode: 7, reason: 'Error', containerID: 'process://r' } },
    });
  });

  test.each([
    [1, 'ErrImagePull', 'no rule'],
    [2, 'ImagePullBackOff', 'Back-off pulling image "i": no rule'],
  ])('an image that is missing for the %d. time', (blockedTimes, reason, message) => {
    const blocked = { reason: 'ErrImagePull', message: 'no rule', at: T0 };
    const plan = look(podOf(), recordWith({ main: of(undefined, { blocked, blockedTimes }) }));
    expect(main(plan).state).toEqual({ waiting: { reason, message } });
  });

  test('ready follows started, readiness and the gates', () => {
    const spec: Partial<PodSpec> = {
      containers: [container('main', { readinessProbe: probe })],
      readinessGates: [{ conditionType: 'example.com/gate' }],
    };
    const unready = look(podOf(spec), recordWith({ main: running() }));
    expect(condition(unready, 'ContainersReady')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [main]',
    });
    const passed = {
      readiness: { inFlight: false, lastAt: T0, successes: 1, failures: 0, verdict: 'passed' as const },
    };
    const gated = look(podOf(spec), recordWith({ main: running(0, { probes: passed }) }));
    expect(condition(gated, 'ContainersReady')?.status).toBe('True');
    expect(condition(gated, 'Ready')).toMatchObject({ status: 'False', reason: 'ReadinessGatesNotReady' });
    const conditions = [{ type: 'example.com/gate', status: 'True' }];
    const open = look(podOf(spec, { status: { conditions } }), recordWith({ main: running(0, { probes: passed }) }));
    expect(condition(open, 'Ready')?.status).toBe('True');
  });

  test('conditions of others stay, and unchanged ones keep their time', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: '2025-12-31T00:00:00Z' },
      { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' },
      { type: 'Initialized', status: 'True', lastTransitionTime: '2025-12-31T11:00:00Z' },
    ];
    const plan = look(podOf({}, { status: { conditions } }), recordWith({ main: running() }));
    expect(condition(plan, 'PodScheduled')).toEqual(conditions[0]);
    expect(condition(plan, 'DisruptionTarget')).toEqual(conditions[1]);
    expect(condition(plan, 'Initialized')).toMatchObject({
      status: 'True',
      lastTransitionTime: '2025-12-31T11:00:00Z',
    });
    expect(condition(plan, 'Ready')).toMatchObject({ status: 'True', lastTransitionTime: '2026-01-01T00:00:01Z' });
  });

  test('a deadline says so', () => {
    const plan = look(podOf({ activeDeadlineSeconds: 5 }), recordWith({ main: exited(143) }), 6);
    expect(plan.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });

  test('addresses, times and the quality of service', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1Gi' } };
    const plan = look(podOf({ containers: [container('main', { resources })] }), recordWith({ main: running() }));
    expect(plan.status).toMatchObject({
      podIP: '127.1.0.2',
      podIPs: [{ ip: '127.1.0.2' }],
      hostIP: '127.0.0.1',
      startTime: '2026-01-01T00:00:00Z',
      qosClass: 'Guaranteed',
      observedGeneration: 1,
    });
    const some = { requests: { cpu: '1' } };
    const burstable = look(podOf({ containers: [container('main', { resources: some })] }), recordWith({}));
    expect(burstable.status.qosClass).toBe('Burstable');
    expect(look(podOf(), recordWith({})).status.qosClass).toBe('BestEffort');
  });

  test('an incomplete init container keeps the pod from being initialized', () => {
    const plan = look(podOf(inits(container('a'), container('b'))), recordWith({ a: exited(0) }));
    expect(condition(plan, 'Initialized')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [b]',
    });
    expect(main(plan).state).toEqual({ waiting: { reason: 'PodInitializing' } });
  });

  test('what ran when the node ended is taken for lost, what had ended is remembered', () => {
    const status = {
      startTime: '2026-01-01T00:00:00Z',
      phase: 'Running' as const,
      initContainerStatuses: [
        { name: 'a', image: 'i', imageID: '', ready: true, restartCount: 0, state: { terminated: { exitCode: 0 } } },
      ],
      containerStatuses: [
        {
          name: 'main',
          image: 'i',
          imageID: '',
          ready: true,
          restartCount: 2,
          state: { running: { startedAt: '2026-01-01T00:00:05Z' } },
        },
      ],
    };
    const pod = podOf(inits(container('a')), { status });
    const record = { ...recoveredRecord(pod, seconds(60)), setup: { stage: 'done' as const, failures: 0 } };
    const plan = look(pod, record, 60);
    expect(brief(plan)).toEqual(['start main']);
    expect(main(plan)).toMatchObject({
      restartCount: 2,
      state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
    });
  });
});
