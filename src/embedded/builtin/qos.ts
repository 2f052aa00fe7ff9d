import { type JsonObject, objectsOf } from '../../api/json.ts';

const COUNTED = ['cpu', 'memory'];

interface Amounts {
  readonly requests?: JsonObject;
  readonly limits?: JsonObject;
}

/** `Guaranteed`, `Burstable` or `BestEffort`, by what the containers ask for. */
export function qosClassOf(spec: JsonObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const resources = [...objectsOf(spec.containers), ...objectsOf(spec.initContainers)].map(
    (container) => (container.resources ?? {}) as Amounts,
  );
  const asks = resources.some((amounts) =>
    COUNTED.some((name) => amounts.requests?.[name] !== undefined || amounts.limits?.[name] !== undefined),
  );
  if (!asks) return 'BestEffort';
  const exact = resources.every(({ requests = {}, limits = {} }) =>
    COUNTED.every(
      (name) => limits[name] !== undefined && String(requests[name] ?? limits[name]) === String(limits[name]),
    ),
  );
  return exact ? 'Guaranteed' : 'Burstable';
}
