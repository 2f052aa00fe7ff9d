import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { POD } from '../../src/api/kinds.ts';
import { systemEnvironment } from '../../src/runtime/environment.ts';
import { HttpClient } from '../../src/runtime/http-client.ts';
import { FakeApiserver, refuse } from './fake-apiserver.ts';

const PODS = '/api/v1/pods';
let server: FakeApiserver;
let client: HttpClient;
let renewals: boolean[];

beforeEach(async () => {
  server = await FakeApiserver.start();
  renewals = [];
  client = new HttpClient({
    access: {
      server: server.url,
      credentials: async (renew) => {
        if (renew) renewals.push(true);
        return { token: `token-${renewals.length}` };
      },
    },
    environment: { ...systemEnvironment, after: (_ms, task) => systemEnvironment.after(1, task) },
    userAgent: 'armature-controller/1',
  });
});

afterEach(async () => {
  await client.close();
  await server.stop();
});

const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'a' } });

describe('HttpClient', () => {
  test('creates, reads, patches and deletes, without managedFields', async () => {
    const created = await client.create(POD, pod('x'), { fieldManager: 'me' });
    expect(created.metadata).not.toHaveProperty('managedFields');
    expect(await client.get(POD, { namespace: 'a', name: 'x' })).toEqual(created);
    await client.patch(POD, { namespace: 'a', name: 'x' }, 'merge', { status: { phase: 'Running' } });
    await client.delete(POD, { namespace: 'a', name: 'x' }, { uid: created.metadata.uid ?? '' });
    await expect(client.get(POD, { namespace: 'a', name: 'x' })).rejects.toMatchObject({ code: 404 });
    const [first] = server.requests;
    expect(first?.path).toBe('/api/v1/namespaces/a/pods');
    expect(first?.query.get('fieldManager')).toBe('me');
    expect(first?.headers['user-agent']).toBe('armature-controller/1');
  });

  test('list items get the kind that lists leave out', async () => {
    for (let index = 0; index < 3; index++) server.put(PODS, pod(`x${index}`));
    const page = await client.list(POD, { limit: 2 });
    expect(page.items.map(({ kind }) => kind)).toEqual(['Pod', 'Pod']);
    expect((await client.list(POD, { limit: 2, continue: page.continue ?? '' })).items).toHaveLength(1);
  });

  test('a 429 with Retry-After is sent again; a plain 500 is not', async () => {
    let refusals = 2;
    server.intercept = (_request, response) => {
      if (refusals-- <= 0) return false;
      response.setHeader('retry-after', '1');
      refuse(response, 429, 'TooManyRequests', 'later');
      return true;
    };
    await client.create(POD, pod('x'));
    expect(server.requests).toHaveLength(3);
    server.intercept = (_request, response) => {
      refuse(response, 500, 'InternalError', 'no');
      return true;
    };
    await expect(client.create(POD, pod('y'))).rejects.toMatchObject({ code: 500, reason: 'InternalError' });
    expect(server.requests).toHaveLength(4);
  });

  test('a 401 renews the credentials once', async () => {
    server.intercept = ({ headers }, response) => {
      if (headers.authorization === 'Bearer token-1') return false;
      refuse(response, 401, 'Unauthorized', 'who?');
      return true;
    };
    await client.create(POD, pod('x'));
    expect(renewals).toHaveLength(1);
  });

  test('no answer is an ApiError with code 0', async () => {
    server.intercept = (_request, response) => {
      response.destroy();
      return true;
    };
    await expect(client.get(POD, { name: 'x' })).rejects.toMatchObject({ code: 0, reason: 'Unreachable' });
  });

  test('text that is no Status becomes the message', async () => {
    server.intercept = (_request, response) => {
      response.writeHead(502);
      response.end('<html>');
      return true;
    };
    await expect(client.get(POD, { name: 'x' })).rejects.toMatchObject({ code: 502, message: '<html>' });
  });

  test('a watch ends when aborted, and throws what the server reports', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      const options = { resourceVersion: '', sendInitialEvents: true, timeoutSeconds: 60, signal: stop.signal };
      for await (const { type } of client.watch(POD, options)) {
        seen.push(type);
        if (type === 'BOOKMARK') server.put(PODS, pod('x'));
        if (type === 'ADDED') stop.abort();
      }
    })();
    await watching;
    expect(seen).toEqual(['BOOKMARK', 'ADDED']);
    const again = client.watch(POD, { resourceVersion: '1', timeoutSeconds: 1, signal: new AbortController().signal });
    server.intercept = (_request, response) => {
      response.end(`${JSON.stringify({ type: 'ERROR', object: { code: 410, reason: 'Expired', message: 'old' } })}\n`);
      return true;
    };
    await expect(again[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 410 });
  });
});
