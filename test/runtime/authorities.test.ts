import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import { SECRET } from '../../src/api/kinds.ts';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import { AUTHORITIES_SECRET, keptAuthorities, passingAuthorities } from '../../src/runtime/authorities.ts';
import { ApiError, type KubeClient } from '../../src/runtime/client.ts';
import { systemEnvironment } from '../../src/runtime/environment.ts';
import { serveHttps } from '../../src/runtime/https-server.ts';

const YEAR = 365 * 24 * 3_600_000;
const NOW = Date.parse('2026-11-21T10:00:00Z');

/** One Secret, and how often it was written. */
class Vault {
  stored: KubeObject | undefined;
  writes = 0;
  /** Somebody else's Secret, found when ours is created. */
  rival: KubeObject | undefined;

  readonly client = {
    get: async (kind: Kind, { namespace, name }: { namespace: string; name: string }) => {
      expect([kind, namespace, name]).toEqual([SECRET, 'system', AUTHORITIES_SECRET]);
      if (!this.stored) throw new ApiError(404, 'NotFound', 'x');
      return this.stored;
    },
    create: async (_kind: Kind, object: KubeObject) => {
      if (this.rival) {
        this.stored = this.rival;
        throw new ApiError(409, 'AlreadyExists', 'x');
      }
      this.writes++;
      this.stored = object;
      return object;
    },
    replace: async (_kind: Kind, object: KubeObject) => {
      this.writes++;
      this.stored = object;
      return object;
    },
  } as unknown as KubeClient;
}

const count = (bundle: string) => bundle.match(/BEGIN CERTIFICATE/g)?.length;

describe('authorities that are kept', () => {
  test('are made once, and found again', async () => {
    const vault = new Vault();
    const made = await keptAuthorities(vault.client, 'system', NOW);
    expect(await keptAuthorities(vault.client, 'system', NOW + YEAR)).toEqual(made);
    expect(vault.writes).toBe(1);
    expect(new X509Certificate(made.bundle).ca).toBe(true);
  });

  test('of two replicas that begin together, the first one counts', async () => {
    const first = new Vault();
    const made = await keptAuthorities(first.client, 'system', NOW);
    const second = new Vault();
    second.rival = first.stored;
    expect(await keptAuthorities(second.client, 'system', NOW)).toEqual(made);
  });

  test('get a successor a year before their end, which signs in the last weeks only', async () => {
    const vault = new Vault();
    const before = await keptAuthorities(vault.client, 'system', NOW);
    const late = await keptAuthorities(vault.client, 'system', NOW + 9.2 * YEAR);
    expect(count(late.bundle)).toBe(2);
    expect(late.signing).toEqual(before.signing);
    const last = await keptAuthorities(vault.client, 'system', NOW + 9.9 * YEAR);
    expect(last.bundle).toBe(late.bundle);
    expect(last.signing).not.toEqual(before.signing);
    const after = await keptAuthorities(vault.client, 'system', NOW + 11 * YEAR);
    expect(count(after.bundle)).toBe(1);
  });

  test('a Secret that cannot be read is an error, not a new authority', async () => {
    const vault = new Vault();
    const client = { ...vault.client, get: async () => Promise.reject(new ApiError(403, 'Forbidden', 'no')) };
    await expect(keptAuthorities(client as unknown as KubeClient, 'system', NOW)).rejects.toThrow('no');
    expect(vault.writes).toBe(0);
  });
});

describe('a server with certificates of its own', () => {
  const ending = new AbortController();
  afterAll(() => ending.abort());

  test('is trusted by who trusts the authorities, under its own name alone', async () => {
    const authorities = passingAuthorities(Date.now());
    const server = await serveHttps(
      {
        environment: systemEnvironment,
        address: '127.0.0.1:0',
        hosts: ['armature-progress.system.svc'],
        authorities,
        answer: (_request, response) => void response.end('ok'),
      },
      ending.signal,
    );
    if (!server) throw new Error('it does not listen');
    const { port } = server.address() as AddressInfo;
    const ask = (servername: string, ca = authorities.bundle) =>
      new Promise<number | undefined>((resolve, reject) => {
        request({ host: '127.0.0.1', port, ca, servername, agent: false }, ({ statusCode }) => resolve(statusCode))
          .once('error', reject)
          .end();
      });
    expect(await ask('armature-progress.system.svc')).toBe(200);
    await expect(ask('elsewhere.system.svc')).rejects.toThrow(/altnames|Hostname/i);
    await expect(ask('armature-progress.system.svc', passingAuthorities(Date.now()).bundle)).rejects.toThrow();
    server.close();
    server.closeAllConnections();
  });
});
