import { describe, expect, test } from '@jest/globals';
import { HORIZONTAL_POD_AUTOSCALER, POD, PYTORCH_JOB, SECRET } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import { applyPlan } from '../../src/runtime/apply.ts';
import { ApiError, type KubeClient } from '../../src/runtime/client.ts';
import type { Domain, Plan } from '../../src/runtime/domain.ts';
import { OwnWrites } from '../../src/runtime/own-writes.ts';

const domain: Domain = {
  kind: PYTORCH_JOB,
  owns: [
    { kind: POD, update: 'never' },
    { kind: HORIZONTAL_POD_AUTOSCALER, update: 'patch' },
  ],
  permissions: [],
  plan: () => ({ children: [] }),
};
const job: KubeObject = {
  apiVersion: 'kubeflow.org/v1',
  kind: 'PyTorchJob',
  metadata: { name: 'j', namespace: 'a', uid: 'u', resourceVersion: '5' },
};
const pod = (name: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'a', ...more },
});
const scaler = (max: number): KubeObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'j', namespace: 'a' },
  spec: { maxReplicas: max },
});

/** Notes each call; `refuse` may throw for one. */
function recorder(refuse: (line: string) => void = () => {}) {
  const calls: { line: string; body: unknown }[] = [];
  const call = (line: string, body?: unknown) => {
    calls.push({ line, body });
    refuse(line);
    return { metadata: { resourceVersion: '9' } };
  };
  const client = {
    create: async (kind: { kind: string }, object: KubeObject) =>
      call(`create ${kind.kind} ${object.metadata.name}`, object),
    patch: async (kind: { kind: string }, ref: { name: string }, type: string, body: unknown, options: object) =>
      call(`${type} ${kind.kind} ${ref.name}${'subresource' in options ? '/status' : ''}`, body),
    delete: async (kind: { kind: string }, ref: { name: string }, options: object) =>
      call(`delete ${kind.kind} ${ref.name}`, options),
    list: async () => ({ items: [], resourceVersion: '1' }),
  } as unknown as KubeClient;
  return { calls, client, lines: () => calls.map(({ line }) => line) };
}

function apply(client: KubeClient, plan: Plan, children: readonly KubeObject[] = [], cautious = false) {
  const context = { client, ownWrites: new OwnWrites(() => undefined), fieldManager: 'me', cautious };
  return applyPlan(domain, { object: job, children, lookups: {} }, plan, context);
}

describe('a child whose content is drawn', () => {
  const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'k', namespace: 'a' } };
  const drawing: Domain = {
    ...domain,
    owns: [
      ...domain.owns,
      {
        kind: SECRET,
        update: 'never',
        draw: (child, randomBytes) => ({ ...child, spec: [...randomBytes(2)] }),
      },
    ],
  };
  const draw = async (children: readonly KubeObject[], randomBytes?: (length: number) => Uint8Array) => {
    const { client, calls } = recorder();
    const context = {
      client,
      ownWrites: new OwnWrites(() => undefined),
      fieldManager: 'me',
      ...(randomBytes && { randomBytes }),
    };
    await applyPlan(drawing, { object: job, children, lookups: {} }, { children: [secret] }, context);
    return calls;
  };

  test('gets it when it is created, from the bytes that the environment gives', async () => {
    const [call] = await draw([], (length) => new Uint8Array(length).fill(7));
    expect(call).toMatchObject({
      line: 'create Secret k',
      body: { spec: [7, 7], metadata: { ownerReferences: [{ uid: 'u' }] } },
    });
    const [other] = await draw([]);
    expect(other?.body).toMatchObject({ spec: [expect.any(Number), expect.any(Number)] });
  });

  test('comes first, and the others only when it is there', async () => {
    const draw = async (refusal?: ApiError) => {
      const { client, lines } = recorder((line) => {
        if (refusal && line === 'create Secret k') throw refusal;
      });
      const context = { client, ownWrites: new OwnWrites(() => undefined), fieldManager: 'me' };
      const plan = { children: [pod('p0'), secret], remove: [{ object: pod('p1', { uid: 'x' }) }], status: { n: 1 } };
      const { failures } = await applyPlan(drawing, { object: job, children: [], lookups: {} }, plan, context);
      return { lines: lines(), failures };
    };
    const whole = ['delete Pod p1', 'create Secret k', 'create Pod p0', 'merge PyTorchJob j/status'];
    expect(await draw()).toEqual({ lines: whole, failures: [] });
    // Nobody may look whose it is: the name says so.
    expect(await draw(new ApiError(409, 'AlreadyExists', 'taken'))).toEqual({ lines: whole, failures: [] });
    const refusal = new ApiError(403, 'Forbidden', 'quota');
    expect(await draw(refusal)).toEqual({
      lines: whole.filter((line) => line !== 'create Pod p0'),
      failures: [refusal],
    });
  });
});

describe('applyPlan', () => {
  test('creates what is missing, leaves what is there, and writes the status last', async () => {
    const { client, lines, calls } = recorder();
    await apply(client, { children: [pod('p0'), pod('p1')], status: { n: 1 } }, [pod('p0', { uid: 'x' })]);
    expect(lines()).toEqual(['create Pod p1', 'merge PyTorchJob j/status']);
    expect(calls[1]?.body).toEqual({ metadata: { uid: 'u', resourceVersion: '5' }, status: { n: 1 } });
  });

  test('writes nothing when everything is as planned', async () => {
    const { client, lines } = recorder();
    await apply(client, { children: [scaler(3)], status: {} }, [{ ...scaler(3), status: { desired: 1 } }]);
    expect(lines()).toEqual([]);
  });

  test('patches a difference away, but not in something that is being deleted', async () => {
    const { client, lines } = recorder();
    await apply(client, { children: [scaler(3)] }, [scaler(2)]);
    const going = { ...scaler(2), metadata: { ...scaler(2).metadata, deletionTimestamp: 'now' } };
    await apply(client, { children: [scaler(3)] }, [going]);
    expect(lines()).toEqual(['apply HorizontalPodAutoscaler j']);
  });

  test('deletes by UID, once', async () => {
    const { client, calls } = recorder();
    const remove = [{ object: pod('p0', { uid: 'x' }) }, { object: pod('p1', { uid: 'y', deletionTimestamp: 'now' }) }];
    await apply(client, { children: [], remove });
    expect(calls).toEqual([{ line: 'delete Pod p0', body: { uid: 'x', propagationPolicy: 'Background' } }]);
  });

  test('cuts a deletion short that is under way when the plan names a grace period', async () => {
    const { client, calls } = recorder();
    const going = pod('p1', { uid: 'y', deletionTimestamp: 'now' });
    await apply(client, { children: [], remove: [{ object: going, gracePeriodSeconds: 0 }] });
    expect(calls).toMatchObject([{ line: 'delete Pod p1', body: { uid: 'y', gracePeriodSeconds: 0 } }]);
  });

  test('deletes in the foreground what has to wait for its own children', async () => {
    const { client, calls } = recorder();
    await apply(client, { children: [], remove: [{ object: pod('p0', { uid: 'x' }), foreground: true }] });
    expect(calls).toEqual([{ line: 'delete Pod p0', body: { uid: 'x', propagationPolicy: 'Foreground' } }]);
  });

  test('patches a child step by step, fenced by UID, and stops where a step is refused', async () => {
    const object = pod('p0', { uid: 'x' });
    const patches = [
      { object, subresource: 'status' as const, body: { status: { startTime: null } } },
      { object, body: { spec: { suspend: false } } },
    ];
    const whole = recorder();
    await apply(whole.client, { children: [], patches });
    expect(whole.calls).toEqual([
      { line: 'merge Pod p0/status', body: { metadata: { uid: 'x' }, status: { startTime: null } } },
      { line: 'merge Pod p0', body: { metadata: { uid: 'x' }, spec: { suspend: false } } },
    ]);
    const cut = recorder(() => {
      throw new ApiError(409, 'Conflict', 'newer');
    });
    expect(await apply(cut.client, { children: [], patches })).toMatchObject({ failures: [{ code: 409 }] });
    expect(cut.lines()).toEqual(['merge Pod p0/status']);
  });

  test('a child that is gone when it is patched is no failure', async () => {
    const { client } = recorder(() => {
      throw new ApiError(404, 'NotFound', 'gone');
    });
    const patches = [{ object: pod('p0', { uid: 'x' }), body: {} }];
    expect((await apply(client, { children: [], patches })).failures).toEqual([]);
  });

  test('makes what is to last without an owner, and takes what is there already', async () => {
    const { client, calls } = recorder((line) => {
      if (line === 'create Pod p1') throw new ApiError(409, 'AlreadyExists', 'there');
    });
    const outcome = await apply(client, { children: [], lasting: [pod('p0'), pod('p1')] });
    expect(outcome.failures).toEqual([]);
    expect(calls.map(({ body }) => (body as KubeObject).metadata.ownerReferences)).toEqual([undefined, undefined]);
  });

  test.each(['children', 'itself'])('a deletion of %s that meets a conflict is not taken for done', async (what) => {
    const { client } = recorder((line) => {
      if (line.startsWith('delete')) throw new ApiError(409, 'Conflict', 'try again');
    });
    const plan = what === 'itself' ? { removeSelf: true } : { remove: [{ object: pod('p0', { uid: 'x' }) }] };
    const outcome = await apply(client, { children: [], ...plan });
    expect(outcome).toMatchObject({ failures: [{ code: 409 }], removedSelf: false });
  });

  test('with statusFirst, nothing is done that could not be counted', async () => {
    const { client, lines } = recorder((line) => {
      if (line.startsWith('merge')) throw new ApiError(409, 'Conflict', 'newer');
    });
    const plan = { children: [pod('p0')], status: { restarts: 1 }, statusFirst: true };
    const outcome = await apply(client, plan);
    expect(outcome.statusWritten).toBe(false);
    expect(lines()).toEqual(['merge PyTorchJob j/status']);
  });

  test('after a refusal it asks once before it asks for many', async () => {
    const { client, lines } = recorder((line) => {
      if (line.startsWith('create')) throw new ApiError(403, 'Forbidden', 'exceeded quota');
    });
    const outcome = await apply(client, { children: Array.from({ length: 50 }, (_, i) => pod(`p${i}`)) }, [], true);
    expect(lines()).toEqual(['create Pod p0']);
    expect(outcome.failures).toHaveLength(1);
  });

  test('in a namespace that is being deleted nothing more is tried', async () => {
    const { client, lines } = recorder((line) => {
      if (line.startsWith('create'))
        throw new ApiError(403, 'Forbidden', 'being terminated', undefined, ['NamespaceTerminating']);
    });
    const outcome = await apply(client, { children: [pod('p0')], status: { n: 1 }, removeSelf: true });
    expect(outcome).toMatchObject({ stopped: 'namespace-ends', statusWritten: false, removedSelf: false });
    expect(lines()).toEqual(['create Pod p0']);
  });

  test.each([true, false])(
    'an object that is gone when its status is written needs nothing more (first: %p)',
    async (statusFirst) => {
      const { client } = recorder((line) => {
        if (line.startsWith('merge')) throw new ApiError(404, 'NotFound', 'gone');
      });
      const outcome = await apply(client, { children: [], status: { n: 1 }, statusFirst, removeSelf: true });
      expect(outcome).toMatchObject({ stopped: 'owner-gone', statusWritten: false, removedSelf: false });
    },
  );

  test('an object whose children failed is not removed', async () => {
    const { client, lines } = recorder((line) => {
      if (line.startsWith('create')) throw new ApiError(500, 'InternalError', 'no');
    });
    expect((await apply(client, { children: [pod('p0')], removeSelf: true })).removedSelf).toBe(false);
    expect((await apply(client, { children: [], removeSelf: true })).removedSelf).toBe(true);
    expect(lines()).toEqual(['create Pod p0', 'delete PyTorchJob j']);
  });
});
