import type { IncomingMessage, Server } from 'node:http';
import type { Kind } from '../api/kube.ts';
import { type AdmissionReview, type Look, reviewAdmission, reviewMutation } from './admission.ts';
import { makeServingCertificate, type ServingCertificate, validCertificates } from './certificates.ts';
import { isConflict, isNotFound, type KubeClient } from './client.ts';
import type { Domain, Permission } from './domain.ts';
import { type Environment, sleep } from './environment.ts';
import { parseAddress } from './health.ts';
import type { Logger } from './log.ts';

export interface WebhookOptions {
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly domains: readonly Domain[];
  readonly log: Logger;
  /** `:9443`. */
  readonly address: string;
  /** Names the apiserver calls us by: `SERVICE.NAMESPACE.svc`. */
  readonly dnsNames: readonly string[];
  /** The ValidatingWebhookConfiguration whose caBundle is kept. */
  readonly configuration: string;
  /** The MutatingWebhookConfiguration whose caBundle is kept. @default - none */
  readonly mutatingConfiguration?: string;
}

export const VALIDATING_WEBHOOK_CONFIGURATION: Kind = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  namespaced: false,
};

export const MUTATING_WEBHOOK_CONFIGURATION: Kind = {
  ...VALIDATING_WEBHOOK_CONFIGURATION,
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
};

/** What a webhook of these domains needs beside their permissions; of its own configurations only. */
export function webhookPermissions(domains: readonly Pick<Domain, 'admission'>[]): readonly Permission[] {
  const read = domains.flatMap(({ admission = [] }) => admission.flatMap(({ reads = [] }) => reads));
  return [
    ...[VALIDATING_WEBHOOK_CONFIGURATION, MUTATING_WEBHOOK_CONFIGURATION].map(
      ({ group, plural }): Permission => ({ group, resource: plural, verbs: ['get', 'patch'] }),
    ),
    ...read.map(({ kind }): Permission => ({ group: kind.group, resource: kind.plural, verbs: ['get'] })),
  ];
}

const VALID_MS = 90 * 24 * 3_600_000;
const RENEW_BEFORE_MS = 30 * 24 * 3_600_000;
const CHECK_MS = 24 * 3_600_000;
const ANNOUNCE_RETRY_MS = 10_000;
/** Replicas each bring an authority of their own; more than this are leftovers of earlier ones. */
const MAX_AUTHORITIES = 16;
const MAX_BODY = 4 * 1024 * 1024;

/** Answers the apiserver's admission reviews at `/validate` and `/mutate`, with a certificate that it makes and renews itself. */
export async function serveWebhook(options: WebhookOptions, signal: AbortSignal): Promise<Server | undefined> {
  const target = parseAddress(options.address);
  if (!target) return undefined;
  const { createServer } = process.getBuiltinModule('node:https');
  const make = () => makeServingCertificate(options.dnsNames, options.environment.now(), VALID_MS);
  const first = make();
  const server = createServer({ key: first.key, cert: first.certificate }, (request, response) => {
    answer(options, request).then(
      (review) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(review));
      },
      (error: Error) => {
        response.writeHead(400, { 'content-type': 'text/plain' });
        response.end(`${error.message}\n`);
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(target.port, target.host, resolve);
  });
  const serve = ({ key, certificate }: ServingCertificate) => server.setSecureContext({ key, cert: certificate });
  void keepCertificate(options, first, signal, serve);
  return server;
}

async function answer(options: WebhookOptions, request: IncomingMessage): Promise<AdmissionReview> {
  const path = request.url?.split('?')[0];
  if (request.method !== 'POST' || (path !== '/validate' && path !== '/mutate')) {
    throw new Error('POST to /validate or /mutate');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new Error(`the review is larger than ${MAX_BODY} bytes`);
    chunks.push(chunk as Buffer);
  }
  const review = JSON.parse(Buffer.concat(chunks).toString('utf8')) as AdmissionReview;
  const { client, domains, environment } = options;
  return path === '/mutate'
    ? reviewMutation(domains, review, environment.now())
    : reviewAdmission(domains, review, lookWith(client));
}

/** Straight from the server: what the author of an object has just made is there, if in no cache yet. */
const lookWith =
  (client: KubeClient): Look =>
  async (kind, ref) => {
    try {
      return await client.get(kind, ref);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };

/** A new authority is announced before its certificate is served, so that no call is refused in between. */
async function keepCertificate(
  options: WebhookOptions,
  first: ServingCertificate,
  signal: AbortSignal,
  serve: (next: ServingCertificate) => void,
): Promise<void> {
  const { environment, dnsNames } = options;
  await announceUntilDone(options, first.authority, signal);
  let current = first;
  while (!signal.aborted) {
    await sleep(environment, CHECK_MS, signal);
    if (signal.aborted || current.notAfter - environment.now() > RENEW_BEFORE_MS) continue;
    current = makeServingCertificate(dnsNames, environment.now(), VALID_MS);
    await announceUntilDone(options, current.authority, signal);
    serve(current);
  }
}

async function announceUntilDone(options: WebhookOptions, authority: string, signal: AbortSignal): Promise<void> {
  const { configuration, mutatingConfiguration } = options;
  await announceIn(options, VALIDATING_WEBHOOK_CONFIGURATION, configuration, authority, signal);
  if (!mutatingConfiguration) return;
  await announceIn(options, MUTATING_WEBHOOK_CONFIGURATION, mutatingConfiguration, authority, signal);
}

async function announceIn(
  options: WebhookOptions,
  kind: Kind,
  name: string,
  authority: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await announce(options, kind, name, authority);
      return;
    } catch (error) {
      if (!isConflict(error)) options.log.warn('cannot announce the webhook', { error: (error as Error).message });
      await sleep(options.environment, isConflict(error) ? 200 : ANNOUNCE_RETRY_MS, signal);
    }
  }
}

interface Configuration {
  readonly webhooks?: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}

/** Adds our authority to those that replicas of ours announced, and takes out what ran out. */
async function announce(
  { client, environment, log }: WebhookOptions,
  kind: Kind,
  name: string,
  authority: string,
): Promise<void> {
  const ref = { name };
  try {
    const present = await client.get(kind, ref);
    const { webhooks = [] } = present as Configuration;
    const changes = webhooks.map(({ clientConfig: { caBundle = '' } }, index) => {
      const known = validCertificates(Buffer.from(caBundle, 'base64').toString('utf8'), environment.now());
      const bundle = [...known.filter((other) => other !== authority), authority].slice(-MAX_AUTHORITIES).join('');
      const value = Buffer.from(bundle).toString('base64');
      return { op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value };
    });
    if (changes.length === 0) return;
    // Written back as it was read, the version makes the apiserver refuse (409) when somebody wrote in between.
    const unchanged = { op: 'replace', path: '/metadata/resourceVersion', value: present.metadata.resourceVersion };
    await client.patch(kind, ref, 'json', [unchanged, ...changes]);
    log.info('announced the webhook', { configuration: name });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    log.info('there is no webhook configuration, so nobody will call the webhook', { configuration: name });
  }
}
