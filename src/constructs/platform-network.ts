import { Construct } from 'constructs';
import { k8s } from './k8s.ts';
import { CONTROLLER_LABELS, CONTROLLER_PORTS, CONTROLLER_SELECTOR, PLATFORM_LABELS } from './platform-labels.ts';

export interface PlatformNetworkProps {
  readonly namespace: string;
  /** Network policies see the port behind the Service, or in front of it, as the cluster's network has it. */
  readonly apiServerPorts: readonly number[];
  /** Whether pods of any namespace may report their progress. */
  readonly progress: boolean;
}

const DNS_PORT = 53;

/** Nothing in, nothing out, but for what the controller needs: DNS, the API server, its metrics and probes. */
export class PlatformNetwork extends Construct {
  constructor(scope: Construct, id: string, props: PlatformNetworkProps) {
    super(scope, id);
    const { namespace } = props;
    new k8s.KubeNetworkPolicy(this, 'DefaultDeny', {
      metadata: { name: 'default-deny', namespace, labels: PLATFORM_LABELS },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
    new k8s.KubeNetworkPolicy(this, 'Controller', {
      metadata: { name: 'armature-controller', namespace, labels: CONTROLLER_LABELS },
      spec: {
        podSelector: { matchLabels: CONTROLLER_SELECTOR },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            ports: [
              port(CONTROLLER_PORTS.metrics),
              port(CONTROLLER_PORTS.health),
              port(CONTROLLER_PORTS.webhook),
              ...(props.progress ? [port(CONTROLLER_PORTS.progress)] : []),
            ],
          },
        ],
        egress: [
          { ports: [port(DNS_PORT, 'UDP'), port(DNS_PORT)] },
          { ports: props.apiServerPorts.map((number) => port(number)) },
        ],
      },
    });
  }
}

function port(number: number, protocol: 'TCP' | 'UDP' = 'TCP'): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(number), protocol };
}
