import { beforeEach, describe, expect, test } from '@jest/globals';
import { POD } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import {
  ApiError,
  type KubeClient,
  type ListOptions,
  type WatchEvent,
  type WatchOptions,
} from '../../src/runtime/client.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { Reflector } from '../../src/runtime/reflector.ts';
import { HandEnvironment } from './hand-environment.ts';

const pod = (name: string, version: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: name, resourceVersion: version },
});
const bookmark = (version: string, initial = false): WatchEvent => ({
  type: 'BOOKMARK',
  object: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { resourceVersion: version, ...(initial && { annotations: { 'k8s.io/initial-events-end': 'true' } }) },
  },
});

type Script = (options: WatchOptions) => AsyncIterable<WatchEvent>;

const forever = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/** A watch that sends these events and then ends, fails, or stays open. */
const sends = (events: readonly WatchEvent[], end: 'end' | 'open' | ApiError = 'open'): Script =>
  async function* ({ signal }) {
    yield* events;
    if (end instanceof ApiError) throw end;
    if (end === 'open') await forever(signal);
  };

let environment: HandEnvironment;
let watches: WatchOptions[];
let lists: ListOptions[];
let log: string[];
let stop: AbortController;

beforeEach(() => {
  environment = new HandEnvironment();
  watches = [];
  lists = [];
  log = [];
  stop = new AbortController();
});

function start(scripts: Script[], optional = false): Reflector {
  const client = {
    watch(_kind: unknown, options: WatchOptions) {
      watches.push(options);
      return (scripts[watches.length - 1] ?? sends([]))(options);
    },
    async list(_kind: unknown, options: ListOptions) {
      lists.push(options);
      const first = options.continue === undefined;
      const items = [pod(first ? 'a' : 'b', '1')];
      return { items, resourceVersion: '20', ...(first && { continue: 'more' }) };
    },
  } as unknown as KubeClient;
  const reflector = new Reflector({
    client,
    environment,
    log: silentLogger,
    kind: POD,
    optional,
    sink: {
      project: (object) => object,
      replace: (objects, version) => log.push(`replace ${objects.map(({ metadata }) => metadata.name)} ${version}`),
      upsert: (object) => log.push(`upsert ${object.metadata.name}`),
      remove: (object) => log.push(`remove ${object.metadata.name}`),
      advance: (version) => log.push(`advance ${version}`),
    },
  });
  void reflector.run(stop.signal);
  return reflector;
}

describe('Reflector', () => {
  test('streams the current state, then goes on with the same watch', async () => {
    const events: WatchEvent[] = [
      { type: 'ADDED', object: pod('z', '9') },
      { type: 'ADDED', object: pod('a', '3') },
    ];
    const reflector = start([
      sends([...events, bookmark('10', true), { type: 'DELETED', object: pod('z', '11') }, bookmark('12')]),
    ]);
    await environment.pass(0);
    expect(reflector.synced).toBe(true);
    expect(log).toEqual(['replace z,a 10', 'remove z', 'advance 12']);
    expect(watches[0]).toMatchObject({ sendInitialEvents: true, resourceVersion: '' });
  });

  test('pages a list where streaming is refused, and watches from there', async () => {
    start([sends([], new ApiError(422, 'Invalid', 'sendInitialEvents is forbidden'))]);
    await environment.pass(0);
    expect(lists).toMatchObject([{ limit: 500 }, { limit: 500, continue: 'more' }]);
    expect(log).toEqual(['replace a,b 20']);
    expect(watches[1]?.resourceVersion).toBe('20');
    expect(watches[1]?.sendInitialEvents).toBeUndefined();
  });

  test('resumes from the last version after an ordinary end, bookmarks included', async () => {
    start([
      async function* (options) {
        yield bookmark('10', true);
        yield bookmark('15');
        await new Promise<void>((resolve) => environment.after(2000, resolve));
        expect(options.timeoutSeconds).toBeGreaterThanOrEqual(300);
      },
    ]);
    await environment.pass(2000);
    expect(watches[1]?.resourceVersion).toBe('15');
    expect(log).toEqual(['replace  10', 'advance 15']);
  });

  test('lists again at once after 410', async () => {
    const gone = new ApiError(410, 'Expired', 'too old');
    start([sends([bookmark('10', true)], gone), sends([bookmark('30', true)])]);
    await environment.pass(0);
    expect(log).toEqual(['replace  10', 'replace  30']);
  });

  test('a dropped connection is tried again with growing waits, from where it was', async () => {
    const dropped = new ApiError(0, 'Unreachable', 'reset');
    start([sends([bookmark('10', true)], dropped), sends([], dropped), sends([], dropped), sends([])]);
    await environment.pass(599);
    expect(watches).toHaveLength(1);
    await environment.pass(1);
    expect(watches).toHaveLength(2);
    await environment.pass(1200);
    expect(watches).toHaveLength(3);
    await environment.pass(2400);
    expect(watches).toHaveLength(4);
    expect(watches[3]?.resourceVersion).toBe('10');
  });

  test('a connection that only looks alive is given up', async () => {
    start([sends([bookmark('10', true)]), sends([])]);
    await environment.pass(149_000);
    expect(watches).toHaveLength(1);
    await environment.pass(3_000);
    expect(watches).toHaveLength(2);
    expect(watches[1]?.resourceVersion).toBe('10');
  });

  test('a server that never completes the stream is asked for pages', async () => {
    start([sends([{ type: 'ADDED', object: pod('a', '1') }])]);
    await environment.pass(32_000);
    expect(log).toEqual(['replace a,b 20']);
  });

  test('an optional kind that is not served counts as empty and is asked for again', async () => {
    const missing = new ApiError(404, 'NotFound', 'no such kind');
    const reflector = start([sends([], missing), sends([bookmark('10', true)])], true);
    await environment.pass(0);
    expect(reflector.synced).toBe(true);
    expect(log).toEqual(['replace  0']);
    await environment.pass(150_000);
    expect(log).toEqual(['replace  0', 'replace  10']);
  });

  test('stops when told to, without another attempt', async () => {
    start([sends([bookmark('10', true)])]);
    await environment.pass(0);
    stop.abort();
    await environment.pass(600_000);
    expect(watches).toHaveLength(1);
  });
});
