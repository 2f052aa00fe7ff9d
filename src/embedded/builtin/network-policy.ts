import type { KubeObject } from '../../api/kube.ts';
import type { Strategy } from '../strategy.ts';
import { notSupported } from '../structural/field-errors.ts';

interface Rule {
  readonly ports?: readonly { readonly protocol?: string }[];
}

interface Spec {
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

const TYPES = ['Ingress', 'Egress'];

export const networkPolicyStrategy: Strategy = {
  decode: (object) => ({ object: defaulted(object), unknown: [] }),
  validate: (next, _previous, earlier) => {
    const { policyTypes = [] } = next.spec as Spec;
    const unknown = policyTypes.flatMap((type, index) =>
      TYPES.includes(type) ? [] : [notSupported(`spec.policyTypes[${index}]`, type, TYPES)],
    );
    return [...earlier, ...unknown];
  },
  generation: 'spec',
};

function defaulted(object: KubeObject): KubeObject {
  const spec = (object.spec ?? {}) as Spec;
  const { policyTypes = [], ingress, egress } = spec;
  const meant = (egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  return {
    ...object,
    spec: {
      ...spec,
      ...(ingress && { ingress: ingress.map(withProtocols) }),
      ...(egress && { egress: egress.map(withProtocols) }),
      policyTypes: policyTypes.length > 0 ? policyTypes : meant,
    },
  };
}

const withProtocols = (rule: Rule): Rule =>
  rule.ports ? { ...rule, ports: rule.ports.map((port) => ({ protocol: 'TCP', ...port })) } : rule;
