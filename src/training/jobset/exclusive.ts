import {
  EXCLUSIVE_TOPOLOGY_ANNOTATION,
  JOB_KEY_LABEL,
  NAMESPACED_JOB_LABEL,
  NO_SCHEDULE_TAINT,
  NODE_SELECTOR_STRATEGY_ANNOTATION,
} from '../../api/labels.ts';
import type { PodSpec } from '../../api/pod-template.ts';
import type { Texts } from './labels.ts';

/** Where a Job stands that wants a part of the cluster for itself. */
export interface ExclusivePlace {
  readonly namespace: string;
  readonly job: string;
  readonly key: string;
}

/**
 * Gives each Job one value of a node label, and no other Job the same. Nodes that were labelled beforehand are chosen by
 * a selector; otherwise the pods of a Job attract each other and repel those of all other Jobs.
 */
export function exclusively(spec: PodSpec, annotations: Texts, place: ExclusivePlace): PodSpec {
  const topologyKey = annotations[EXCLUSIVE_TOPOLOGY_ANNOTATION];
  if (topologyKey === undefined) return spec;
  return annotations[NODE_SELECTOR_STRATEGY_ANNOTATION] === undefined
    ? withAffinity(spec, topologyKey, place.key)
    : withSelector(spec, place);
}

function withSelector(spec: PodSpec, { namespace, job }: ExclusivePlace): PodSpec {
  const toleration = { key: NO_SCHEDULE_TAINT, operator: 'Exists', effect: 'NoSchedule' };
  return {
    ...spec,
    nodeSelector: { ...spec.nodeSelector, [NAMESPACED_JOB_LABEL]: `${namespace}_${job}` },
    tolerations: [...(spec.tolerations ?? []), toleration],
  };
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
type Terms = { readonly [REQUIRED]?: readonly object[] };

function withAffinity(spec: PodSpec, topologyKey: string, key: string): PodSpec {
  const term = (...matchExpressions: readonly object[]) => ({
    labelSelector: { matchExpressions },
    topologyKey,
    namespaceSelector: {},
  });
  const withTerm = (terms: Terms | undefined, more: object) => ({
    ...terms,
    [REQUIRED]: [...(terms?.[REQUIRED] ?? []), more],
  });
  const own = { key: JOB_KEY_LABEL, operator: 'In', values: [key] };
  const others = [
    { key: JOB_KEY_LABEL, operator: 'Exists' },
    { ...own, operator: 'NotIn' },
  ];
  const { podAffinity, podAntiAffinity, ...affinity } = spec.affinity ?? {};
  return {
    ...spec,
    affinity: {
      ...affinity,
      podAffinity: withTerm(podAffinity as Terms | undefined, term(own)),
      podAntiAffinity: withTerm(podAntiAffinity as Terms | undefined, term(...others)),
    },
  };
}
