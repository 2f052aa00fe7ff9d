import { Construct } from 'constructs';
import type { Kind } from '../api/kube.ts';
import {
  DEFAULTED_KINDS,
  DEFAULTER_NAME,
  VALIDATED_KINDS,
  VALIDATION_LABEL,
  VALIDATOR_NAME,
  webhookNameOf,
} from '../api/webhook-names.ts';
import type { AccessRule } from './controller-access.ts';
import { k8s, Service } from './k8s.ts';
import { CONTROLLER_LABELS, CONTROLLER_PORTS, CONTROLLER_SELECTOR } from './platform-labels.ts';

export interface AdmissionWebhookProps {
  /** Namespace of the controller. */
  readonly namespace: string;
}

const SERVICE = 'armature-webhook';
const CONFIGURATIONS = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'];

/**
 * Has the API server ask the controller about TrainJobs and their runtimes. The controller brings its own certificate and
 * tells the configurations which authority vouches for it. Where it does not answer nothing is refused: what would have
 * been is told on the object's conditions.
 */
export class AdmissionWebhook extends Construct {
  /** Flags of `armature controller`. */
  readonly args: readonly string[];

  constructor(scope: Construct, id: string, props: AdmissionWebhookProps) {
    super(scope, id);
    const { namespace } = props;
    this.args = [
      '--webhook-bind-address',
      `:${CONTROLLER_PORTS.webhook}`,
      '--webhook-service',
      `${SERVICE}.${namespace}`,
    ];
    const service = new Service(this, 'Resource', {
      metadata: { name: SERVICE, namespace, labels: CONTROLLER_LABELS },
      ports: [{ name: 'webhook', port: 443, targetPort: CONTROLLER_PORTS.webhook }],
    });
    for (const [key, value] of Object.entries(CONTROLLER_SELECTOR)) service.selectLabel(key, value);
    new k8s.KubeValidatingWebhookConfiguration(this, 'Validator', {
      metadata: { name: VALIDATOR_NAME, labels: CONTROLLER_LABELS },
      webhooks: VALIDATED_KINDS.map((kind) => webhook('validator', kind, namespace)),
    });
    new k8s.KubeMutatingWebhookConfiguration(this, 'Defaulter', {
      metadata: { name: DEFAULTER_NAME, labels: CONTROLLER_LABELS },
      webhooks: DEFAULTED_KINDS.map((kind) => webhook('defaulter', kind, namespace)),
    });
  }

  /** What the controller's role says of it: of the webhook configurations only its own. */
  static rules(rules: readonly AccessRule[]): readonly AccessRule[] {
    return rules.map((rule) =>
      rule.resources.some((resource) => CONFIGURATIONS.includes(resource))
        ? { ...rule, resourceNames: [VALIDATOR_NAME, DEFAULTER_NAME] }
        : rule,
    );
  }
}

function webhook(role: 'validator' | 'defaulter', kind: Kind, namespace: string): k8s.ValidatingWebhook {
  const path = role === 'validator' ? '/validate' : '/mutate';
  const exempt = { key: VALIDATION_LABEL, operator: 'NotIn', values: ['disabled'] };
  return {
    name: webhookNameOf(role, kind),
    admissionReviewVersions: ['v1'],
    clientConfig: { service: { name: SERVICE, namespace, path, port: 443 } },
    failurePolicy: 'Ignore',
    sideEffects: 'None',
    timeoutSeconds: 5,
    ...(kind.kind.endsWith('Runtime') && { objectSelector: { matchExpressions: [exempt] } }),
    rules: [
      {
        apiGroups: [kind.group],
        apiVersions: [kind.version],
        operations: ['CREATE', 'UPDATE'],
        resources: [kind.plural],
      },
    ],
  };
}
