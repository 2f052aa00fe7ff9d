type Fields = Readonly<Record<string, unknown>>;

const COUNTED = ['cpu', 'memory'];

interface Amounts {
  readonly requests?: Fields;
  readonly limits?: Fields;
}

/** `Guaranteed`, `Burstable` or `BestEffort`, by what the containers ask for. */
export function qosClassOf(spec: Fields): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const resources = [...containersOf(spec.containers), ...containersOf(spec.initContainers)].map(
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

const containersOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);
