import type { KubeObject } from '../../api/kube.ts';
import { deepEqual } from '../../runtime/json.ts';
import type { FieldError } from '../strategy.ts';
import { invalid, required } from '../structural/field-errors.ts';
import { qualifiedNameProblems } from '../structural/names.ts';

interface Reference {
  readonly namespace?: string;
}

/** An Event as it is stored. */
export type StoredEvent = KubeObject & {
  readonly involvedObject?: Reference;
  readonly eventTime?: string | null;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly count?: number;
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string | null };
  readonly reportingComponent?: string;
  readonly reportingInstance?: string;
  readonly action?: string;
  readonly reason?: string;
  readonly type?: string;
  readonly message?: string;
};

/** Fields that stay, how they are named, and what an absent one is shown as. */
const FIXED: readonly (readonly [keyof StoredEvent, string, unknown?])[] = [
  ['involvedObject', 'involvedObject', {}],
  ['reason', 'reason', ''],
  ['message', 'message', ''],
  ['source', 'source', {}],
  ['firstTimestamp', 'firstTimestamp'],
  ['lastTimestamp', 'lastTimestamp'],
  ['count', 'count', 0],
  ['type', 'type', ''],
  ['eventTime', 'eventTime'],
  ['action', 'action', ''],
  ['reportingComponent', 'reportingController', ''],
  ['reportingInstance', 'reportingInstance', ''],
];

/** What both faces of Events ask for. `controllerField` is what a face calls the reporting component. */
export function eventErrors(event: StoredEvent, controllerField: string): readonly FieldError[] {
  const { involvedObject = {}, metadata } = event;
  const [own, involved] = [metadata.namespace ?? '', involvedObject.namespace ?? ''];
  const elsewhere = invalid('involvedObject.namespace', involved, 'does not match event.namespace');
  if (!event.eventTime) {
    const fits = involved === '' ? own === '' || own === 'default' : own === involved;
    return fits ? [] : [elsewhere];
  }
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '' } = event;
  const errors = involved === '' && own !== 'default' && own !== 'kube-system' ? [elsewhere] : [];
  if (reportingComponent === '') errors.push(required(controllerField));
  errors.push(
    ...qualifiedNameProblems(reportingComponent).map((problem) =>
      invalid(controllerField, reportingComponent, problem),
    ),
  );
  if (reportingInstance === '') errors.push(required('reportingInstance'));
  if (action === '') errors.push(required('action'));
  if (reason === '') errors.push(required('reason'));
  return errors;
}

/** What events.k8s.io/v1 asks for beyond that. */
export function strictEventErrors(event: StoredEvent, previous: StoredEvent | undefined): readonly FieldError[] {
  if (previous) {
    const changed = FIXED.filter(
      ([field, , empty = null]) => !deepEqual(event[field] ?? empty, previous[field] ?? empty),
    );
    return [
      ...(deepEqual(event.series, previous.series) ? [] : seriesErrors(event)),
      ...changed.map(([field, label, empty = null]) => invalid(label, event[field] ?? empty, 'field is immutable')),
    ];
  }
  const { type = '', source = {} } = event;
  const unset = (field: string) => invalid(field, '', 'needs to be unset');
  return [
    ...seriesErrors(event),
    ...(event.eventTime ? [] : [required('eventTime')]),
    ...(type === 'Normal' || type === 'Warning' ? [] : [invalid('type', '', `has invalid value: ${type}`)]),
    ...(event.firstTimestamp ? [unset('firstTimestamp')] : []),
    ...(event.lastTimestamp ? [unset('lastTimestamp')] : []),
    ...(event.count ? [unset('count')] : []),
    ...(source.component || source.host ? [unset('source')] : []),
  ];
}

function seriesErrors({ series }: StoredEvent): readonly FieldError[] {
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [invalid('series.count', '', 'should be at least 2')] : []),
    ...(series.lastObservedTime ? [] : [required('series.lastObservedTime')]),
  ];
}
