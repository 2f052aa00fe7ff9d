import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/api/kube.ts';
import type { KubeClient } from '../../src/runtime/client.ts';
import { EventRecorder } from '../../src/runtime/events.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { HandEnvironment } from './hand-environment.ts';

const job = (uid: string): KubeObject => ({
  apiVersion: 'kubeflow.org/v1',
  kind: 'PyTorchJob',
  metadata: { name: 'j', namespace: 'a', uid },
});

function setUp(fail = false) {
  const created: KubeObject[] = [];
  const patched: unknown[] = [];
  const dropped: string[] = [];
  const environment = new HandEnvironment();
  const client = {
    create: async (_kind: unknown, object: KubeObject) => {
      if (fail) throw new Error('refused');
      created.push(object);
      return object;
    },
    patch: async (_kind: unknown, _ref: unknown, _type: unknown, body: unknown) => {
      patched.push(body);
    },
  } as unknown as KubeClient;
  const onDrop = (reason: string) => dropped.push(reason);
  const options = { client, environment, log: silentLogger, controller: 'c', instance: 'i', onDrop };
  return { created, patched, dropped, environment, recorder: new EventRecorder(options) };
}

describe('EventRecorder', () => {
  test('writes an event with what it is about', async () => {
    const { created, environment, recorder } = setUp();
    recorder.record(job('u'), { type: 'Normal', reason: 'Made', message: 'it is made' });
    await environment.pass(0);
    expect(created[0]).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      metadata: { namespace: 'a', name: expect.stringMatching(/^j\./) },
      eventTime: expect.stringMatching(/\.\d{6}Z$/),
      reason: 'Made',
      note: 'it is made',
      regarding: { kind: 'PyTorchJob', name: 'j', uid: 'u' },
    });
  });

  test('repetitions are counted up in one patch', async () => {
    const { created, patched, environment, recorder } = setUp();
    for (let i = 0; i < 5; i++) recorder.record(job('u'), { type: 'Normal', reason: 'Made', message: 'again' });
    await environment.pass(11_000);
    expect(created).toHaveLength(1);
    expect(patched).toEqual([{ series: { count: 5, lastObservedTime: expect.any(String) } }]);
  });

  test('no two events have the same name, however many there are in one millisecond', async () => {
    const { created, environment, recorder } = setUp();
    for (let i = 0; i < 400; i++)
      recorder.record(job(`u${i}`), { type: 'Normal', reason: 'Made', message: 'it is made' });
    while (!recorder.idle) await environment.pass(0);
    expect(new Set(created.map(({ metadata }) => metadata.name)).size).toBe(400);
  });

  test('one object gets 25 at once, another is not affected', async () => {
    const { created, dropped, environment, recorder } = setUp();
    for (let i = 0; i < 30; i++) recorder.record(job('u'), { type: 'Normal', reason: 'Made', message: `${i}` });
    recorder.record(job('v'), { type: 'Normal', reason: 'Made', message: 'x' });
    await environment.pass(0);
    expect(created).toHaveLength(26);
    expect(dropped).toEqual(Array(5).fill('rate'));
  });

  test('a refusal is counted, never thrown', async () => {
    const { dropped, environment, recorder } = setUp(true);
    recorder.record(job('u'), { type: 'Warning', reason: 'Bad', message: 'x' });
    await environment.pass(0);
    expect(dropped).toEqual(['refused']);
    expect(recorder.idle).toBe(true);
  });
});
