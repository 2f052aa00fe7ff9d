import type { KubeObject } from '../../api/kube.ts';
import { JOB_SET_NAME_LABEL } from '../../api/labels.ts';
import type { JobGroup } from './set.ts';

/** The headless Service that gives each pod the name `<job>-<pod index>.<subdomain>`. */
export const headlessService = (set: JobGroup): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: set.subdomain, namespace: set.namespace, labels: { [JOB_SET_NAME_LABEL]: set.name } },
  spec: {
    clusterIP: 'None',
    selector: { [JOB_SET_NAME_LABEL]: set.name },
    publishNotReadyAddresses: set.publishNotReady,
  },
});
