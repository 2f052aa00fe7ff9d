import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { CONTROLLER_LABELS, CONTROLLER_SELECTOR } from './platform-labels.ts';

export interface ServiceMonitorProps {
  readonly namespace: string;
}

/** Has a Prometheus of the Prometheus operator scrape the controller. */
export class ServiceMonitor extends Construct {
  constructor(scope: Construct, id: string, props: ServiceMonitorProps) {
    super(scope, id);
    new ApiObject(this, 'Resource', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: { name: 'armature-controller', namespace: props.namespace, labels: CONTROLLER_LABELS },
      spec: { selector: { matchLabels: CONTROLLER_SELECTOR }, endpoints: [{ port: 'metrics', interval: '30s' }] },
    });
  }
}
