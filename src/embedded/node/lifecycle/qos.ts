import { toMilli } from '../../../api/quantity.ts';
import type { Container, Pod } from '../pod-types.ts';

const COUNTED = ['cpu', 'memory'] as const;

/** The quality-of-service class that Kubernetes derives from requests and limits. */
export function qosClassOf({ spec }: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  if (!containers.some(asksAnything)) return 'BestEffort';
  return containers.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

const positive = (quantity: string | undefined): boolean => quantity !== undefined && toMilli(String(quantity)) > 0n;

function asksAnything({ resources }: Container): boolean {
  return COUNTED.some((name) => positive(resources?.requests?.[name]) || positive(resources?.limits?.[name]));
}

function isGuaranteed({ resources }: Container): boolean {
  return COUNTED.every((name) => {
    const limit = resources?.limits?.[name];
    const request = resources?.requests?.[name] ?? limit;
    if (limit === undefined || request === undefined || !positive(limit)) return false;
    return toMilli(String(limit)) === toMilli(String(request));
  });
}
