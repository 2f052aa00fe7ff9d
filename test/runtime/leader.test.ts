import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/api/kube.ts';
import { ApiError, type KubeClient } from '../../src/runtime/client.ts';
import { LeaderElection } from '../../src/runtime/leader.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { HandEnvironment } from './hand-environment.ts';

/** One lease on a server that can be made to refuse. */
function world() {
  let lease: KubeObject | undefined;
  let version = 0;
  const state = { down: false };
  const put = (object: KubeObject) => {
    lease = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } };
    return lease;
  };
  const check = () => {
    if (state.down) throw new ApiError(0, 'Unreachable', 'down');
  };
  const client = {
    get: async () => {
      check();
      if (!lease) throw new ApiError(404, 'NotFound', 'none');
      return lease;
    },
    create: async (_kind: unknown, object: KubeObject) => {
      check();
      if (lease) throw new ApiError(409, 'AlreadyExists', 'there');
      return put(object);
    },
    replace: async (_kind: unknown, object: KubeObject) => {
      check();
      if (object.metadata.resourceVersion !== lease?.metadata.resourceVersion)
        throw new ApiError(409, 'Conflict', 'old');
      return put(object);
    },
  } as unknown as KubeClient;
  const environment = new HandEnvironment();
  const elect = (identity: string) =>
    new LeaderElection({ client, environment, log: silentLogger, namespace: 'a', name: 'l', identity });
  return { elect, environment, state };
}

describe('LeaderElection', () => {
  test('one leads; another waits until the lease has not changed for its whole duration', async () => {
    const { elect, environment } = world();
    const [first, second] = [elect('one'), elect('two')];
    const signal = new AbortController().signal;
    await first.acquire(signal);
    void second.acquire(signal);
    await environment.pass(14_000);
    expect([first.leads, second.leads]).toEqual([true, false]);
    await environment.pass(5_000);
    expect(second.leads).toBe(true);
  });

  test('a lease that is renewed stays; one that is released goes at once', async () => {
    const { elect, environment } = world();
    const [first, second] = [elect('one'), elect('two')];
    const stop = new AbortController();
    const forever = new AbortController().signal;
    await first.acquire(forever);
    const held = first.hold(stop.signal);
    void second.acquire(forever);
    await environment.pass(60_000);
    expect(second.leads).toBe(false);
    stop.abort();
    expect(await held).toBe(true);
    await first.release();
    await environment.pass(2_500);
    expect(second.leads).toBe(true);
  });

  test('gives up when it cannot renew for ten seconds', async () => {
    const { elect, environment, state } = world();
    const leader = elect('one');
    const signal = new AbortController().signal;
    await leader.acquire(signal);
    const held = leader.hold(signal);
    state.down = true;
    await environment.pass(14_000);
    expect(await held).toBe(false);
    expect(leader.leads).toBe(false);
  });
});
