import { X509Certificate } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PYTORCH_JOB } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import { reviewAdmission } from '../../src/runtime/admission.ts';
import { makeServingCertificate, validCertificates } from '../../src/runtime/certificates.ts';
import { ApiError, type KubeClient } from '../../src/runtime/client.ts';
import type { Domain } from '../../src/runtime/domain.ts';
import { systemEnvironment } from '../../src/runtime/environment.ts';
import { silentLogger } from '../../src/runtime/log.ts';
import { serveWebhook } from '../../src/runtime/webhook.ts';

const domain: Domain = {
  kind: PYTORCH_JOB,
  owns: [],
  permissions: [],
  plan: () => ({ children: [] }),
  validate: (object, previous) => {
    if (object.metadata.name === 'odd') throw new Error('odd');
    return previous ? ['spec: is immutable'] : object.spec ? [] : ['spec: is missing'];
  },
};

const job = (name: string, more: object = {}): KubeObject => ({
  apiVersion: 'kubeflow.org/v1',
  kind: 'PyTorchJob',
  metadata: { name, namespace: 'a' },
  ...more,
});
const review = (object: KubeObject, oldObject?: KubeObject) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: 'r', operation: oldObject ? 'UPDATE' : 'CREATE', object, ...(oldObject && { oldObject }) },
});

describe('reviewAdmission', () => {
  const response = async (object: KubeObject, old?: KubeObject) =>
    (await reviewAdmission([domain], review(object, old))).response;

  test('allows what is right and refuses with every reason', async () => {
    expect(await response(job('j', { spec: {} }))).toEqual({ uid: 'r', allowed: true });
    expect(await response(job('j'))).toMatchObject({
      allowed: false,
      status: { code: 422, message: 'PyTorchJob a/j is refused: spec: is missing' },
    });
    expect((await response(job('j', { spec: {} }), job('j')))?.allowed).toBe(false);
  });

  test('allows what no domain knows and what is being deleted; refuses what cannot be checked', async () => {
    expect((await response({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }))?.allowed).toBe(true);
    expect((await response(job('j', { metadata: { name: 'j', deletionTimestamp: 'now' } })))?.allowed).toBe(true);
    expect((await response(job('odd')))?.status?.message).toContain('cannot be checked: odd');
  });
});

describe('certificates', () => {
  test('are valid for their names, under their authority, for their time', () => {
    const now = Date.now();
    const made = makeServingCertificate(['w.a.svc'], now, 3_600_000);
    const [leaf, authority] = [new X509Certificate(made.certificate), new X509Certificate(made.authority)];
    expect(leaf.checkHost('w.a.svc')).toBe('w.a.svc');
    expect(leaf.checkHost('other.svc')).toBeUndefined();
    expect(leaf.checkIssued(authority)).toBe(true);
    expect(leaf.verify(authority.publicKey)).toBe(true);
    expect([leaf.ca, authority.ca]).toEqual([false, true]);
    expect(validCertificates(made.authority + made.certificate, now)).toEqual([made.authority, made.certificate]);
    expect(validCertificates(made.authority, now + 3_700_000)).toEqual([]);
  });
});

describe('the webhook', () => {
  const stop = new AbortController();
  afterEach(() => stop.abort());

  test('announces its authority beside those of others, and answers over TLS that it vouches for', async () => {
    const other = makeServingCertificate(['w.a.svc'], Date.now(), 3_600_000).authority;
    const expired = makeServingCertificate(['w.a.svc'], Date.now() - 7_200_000, 3_600_000).authority;
    const caBundle = Buffer.from(other + expired).toString('base64');
    let conflicts = 1;
    const patched = new Promise<string>((resolve) => {
      const client = {
        get: async () => ({ metadata: { resourceVersion: '1' }, webhooks: [{ clientConfig: { caBundle } }] }),
        patch: async (_kind: unknown, _ref: unknown, _type: unknown, body: { value: string }[]) => {
          if (conflicts-- > 0) throw new ApiError(409, 'Conflict', 'newer');
          resolve(Buffer.from(body[1]?.value ?? '', 'base64').toString());
        },
      } as unknown as KubeClient;
      const environment = {
        ...systemEnvironment,
        after: (_: number, task: () => void) => systemEnvironment.after(1, task),
      };
      void started(client, environment);
    });
    let port = 0;
    let close = () => {};
    async function started(client: KubeClient, environment: typeof systemEnvironment) {
      const options = { client, environment, domains: [domain], log: silentLogger, dnsNames: ['w.a.svc'] };
      const server = await serveWebhook({ ...options, address: '127.0.0.1:0', configuration: 'c' }, stop.signal);
      port = (server?.address() as AddressInfo | null)?.port ?? 0;
      close = () => server?.close();
    }
    const bundle = await patched;
    expect(bundle.startsWith(other)).toBe(true);
    expect(bundle).not.toContain(expired);
    const answer = await new Promise<string>((resolve, reject) => {
      const call = httpsRequest(
        { host: '127.0.0.1', port, path: '/validate', method: 'POST', ca: bundle, servername: 'w.a.svc' },
        async (response) => {
          let text = '';
          for await (const chunk of response) text += chunk;
          resolve(text);
        },
      );
      call.on('error', reject);
      call.end(JSON.stringify(review(job('j'))));
    });
    expect(JSON.parse(answer).response).toMatchObject({ uid: 'r', allowed: false });
    stop.abort();
    close();
  });
});
