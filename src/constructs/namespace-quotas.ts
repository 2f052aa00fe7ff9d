import { Construct } from 'constructs';
import type { Platform } from './cluster-platform.ts';
import { k8s } from './k8s.ts';
import { hardQuota, type NamespaceQuota } from './namespace-quota.ts';
import { PLATFORM_LABELS } from './platform-labels.ts';

export interface NamespaceQuotasProps {
  readonly quotas: readonly NamespaceQuota[];
  /** Decides what accelerators are called. */
  readonly platform: Platform;
}

/** The ResourceQuotas of namespaces. */
export class NamespaceQuotas extends Construct {
  constructor(scope: Construct, id: string, { quotas, platform }: NamespaceQuotasProps) {
    super(scope, id);
    for (const quota of quotas) {
      const { namespace } = quota;
      const { name, hard } = hardQuota(quota, platform);
      new k8s.KubeResourceQuota(this, namespace, {
        metadata: { name, namespace, labels: PLATFORM_LABELS },
        spec: {
          hard: Object.fromEntries(Object.entries(hard).map(([key, most]) => [key, k8s.Quantity.fromString(most)])),
        },
      });
    }
  }
}
