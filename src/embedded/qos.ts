import { toMilli } from '../api/quantity.ts';

interface Asking {
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
}

interface PodAsking {
  readonly containers?: readonly Asking[];
  readonly initContainers?: readonly Asking[];
}

type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COUNTED = ['cpu', 'memory'] as const;

/** The quality-of-service class that Kubernetes derives from requests and limits. */
export function qosClassOf(spec: PodAsking): QosClass {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  if (!containers.some(asksAnything)) return 'BestEffort';
  return containers.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

const positive = (quantity: string | undefined): boolean => quantity !== undefined && toMilli(String(quantity)) > 0n;

function asksAnything({ resources }: Asking): boolean {
  return COUNTED.some((name) => positive(resources?.requests?.[name]) || positive(resources?.limits?.[name]));
}

function isGuaranteed({ resources }: Asking): boolean {
  return COUNTED.every((name) => {
    const limit = resources?.limits?.[name];
    const request = resources?.requests?.[name] ?? limit;
    if (limit === undefined || request === undefined || !positive(limit)) return false;
    return toMilli(String(limit)) === toMilli(String(request));
  });
}
