import { webhookRules } from '../../imports/controller-rules.ts';
import type { Kind, KubeObject } from '../../src/api/kube.ts';
import { AdmissionWebhook } from '../../src/constructs/admission-webhook.ts';
import { MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION } from '../../src/runtime/webhook.ts';
import { ControllerProcess } from './controller-process.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { grantAlso } from './identity.ts';
import type { Platform } from './platform.ts';

interface Configuration extends KubeObject {
  readonly webhooks: readonly {
    readonly clientConfig: { readonly url?: string; readonly service?: { readonly path: string } };
  }[];
}

/**
 * Starts a controller that serves admission, called at a port of this machine instead of a Service, and waits until the
 * platform's configurations know its authority; resolves to the way back.
 * @param objects those of a platform, of which only the webhook configurations are applied
 */
export async function serveAdmission(platform: Platform, objects: readonly KubeObject[]): Promise<() => Promise<void>> {
  const { api } = platform;
  const port = await freePort();
  const rules = AdmissionWebhook.rules(webhookRules).map(({ group, ...rule }) => ({ apiGroups: [group], ...rule }));
  const ungrant = await grantAlso(api, 'webhook', rules);
  const applied = objects.filter(({ kind }) => kind.endsWith('WebhookConfiguration')).map((one) => calledAt(port, one));
  let controller: ControllerProcess | undefined;
  const stop = async () => {
    for (const configuration of applied) {
      await api.delete(kindOf(configuration), undefined, configuration.metadata.name ?? '');
    }
    await controller?.stop();
    await ungrant();
  };
  try {
    for (const configuration of applied) await api.apply(kindOf(configuration), configuration);
    controller = await ControllerProcess.start({
      kubeconfig: platform.identity.kubeconfig,
      flags: ['--webhook-bind-address', `127.0.0.1:${port}`],
    });
    await eventually('the authority in every configuration', async () => {
      const present = await Promise.all(applied.map((one) => api.get(kindOf(one), undefined, one.metadata.name ?? '')));
      return (present as unknown as Configuration[]).every(({ webhooks }) =>
        webhooks.every(({ clientConfig }) => 'caBundle' in clientConfig),
      );
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

function calledAt(port: number, object: KubeObject): Configuration {
  const configuration = object as Configuration;
  return {
    ...configuration,
    webhooks: configuration.webhooks.map(({ clientConfig, ...webhook }) => ({
      ...webhook,
      clientConfig: { url: `https://localhost:${port}${clientConfig.service?.path}` },
    })),
  };
}

const kindOf = ({ kind }: KubeObject): Kind =>
  kind.startsWith('Mutating') ? MUTATING_WEBHOOK_CONFIGURATION : VALIDATING_WEBHOOK_CONFIGURATION;
