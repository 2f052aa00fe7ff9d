import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import type { Conversion, SelectableField } from '../resource.ts';
import type { Strategy } from '../strategy.ts';
import { metadataErrors } from '../structural/index.ts';
import { pathSegmentProblems } from '../structural/names.ts';
import { eventErrors, type StoredEvent, strictEventErrors } from './event-validation.ts';

type EventObject = KubeObject & JsonObject;

/** Fields of core/v1 Events under their names in events.k8s.io/v1. */
const NEW_NAMES: Readonly<Record<string, string>> = {
  involvedObject: 'regarding',
  message: 'note',
  reportingComponent: 'reportingController',
  count: 'deprecatedCount',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  source: 'deprecatedSource',
};
const OLD_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(NEW_NAMES).map(([old, name]) => [name, old]),
);

function renamed(object: KubeObject, names: Readonly<Record<string, string>>, apiVersion: string): KubeObject {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) result[names[key] ?? key] = value;
  return { ...(result as unknown as KubeObject), apiVersion };
}

/** An Event is stored as core/v1 sees it; events.k8s.io/v1 is another face of the same object. */
export const eventConversion: Conversion = {
  toStored: (object) => ({ reportingComponent: '', reportingInstance: '', ...renamed(object, OLD_NAMES, 'v1') }),
  fromStored: (object) => {
    const { reportingController, reportingInstance, ...event } = renamed(
      object,
      NEW_NAMES,
      'events.k8s.io/v1',
    ) as EventObject;
    return {
      ...event,
      ...(reportingController ? { reportingController } : {}),
      ...(reportingInstance ? { reportingInstance } : {}),
    } as KubeObject;
  },
};

const read = (object: KubeObject, ...path: readonly string[]): string => {
  const value = path.reduce<unknown>((at, key) => (at as JsonObject | undefined)?.[key], object as EventObject);
  return value === undefined || value === null ? '' : String(value);
};

const INVOLVED = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

const involved = (prefix: string): readonly SelectableField[] =>
  INVOLVED.map((name) => ({ label: `${prefix}.${name}`, value: (event) => read(event, 'involvedObject', name) }));

const SHARED: readonly SelectableField[] = [
  { label: 'reason', value: (event) => read(event, 'reason') },
  { label: 'type', value: (event) => read(event, 'type') },
];

/** Selectable fields read the stored form, whichever face is asked. */
export const coreEventFields: readonly SelectableField[] = [
  ...involved('involvedObject'),
  ...SHARED,
  { label: 'reportingComponent', value: (event) => read(event, 'reportingComponent') },
  { label: 'source', value: (event) => read(event, 'source', 'component') || read(event, 'reportingComponent') },
];

export const newEventFields: readonly SelectableField[] = [
  ...involved('regarding'),
  ...SHARED,
  { label: 'reportingController', value: (event) => read(event, 'reportingComponent') },
];

/** core/v1 asks little of an Event; what is wrong with its metadata counts when all else is right. */
export const coreEventStrategy: Strategy = {
  validate: (next, previous, earlier) => {
    const own = eventErrors(next as StoredEvent, 'reportingComponent');
    if (previous) return [...earlier, ...own];
    return own.length > 0 ? own : metadataErrors(next.metadata, true, pathSegmentProblems);
  },
};

export const newEventStrategy: Strategy = {
  validate: (next, previous, earlier) => [
    ...(previous ? earlier : []),
    ...eventErrors(next as StoredEvent, 'reportingController'),
    ...(previous ? [] : earlier),
    ...strictEventErrors(next as StoredEvent, previous as StoredEvent | undefined),
  ],
};
