import type { DeleteRequest } from './deletion.ts';
import type { ListRequest } from './list.ts';
import type { FieldError } from './strategy.ts';
import { forbidden, notSupported, required } from './structural/field-errors.ts';
import { invalidError } from './structural/index.ts';

/** What kube-apiserver refuses about the options of a request, before it looks at any object. */

const PROPAGATION = ['Foreground', 'Background', 'Orphan'];
const MATCHES = ['Exact', 'NotOlderThan'];
const META_GROUP = 'meta.k8s.io';

export interface WatchModeRequest {
  readonly sendInitialEvents?: boolean;
  readonly resourceVersionMatch?: string;
}

export function checkDeleteOptions({ propagationPolicy }: DeleteRequest): void {
  if (propagationPolicy === undefined || PROPAGATION.includes(propagationPolicy)) return;
  refuse('DeleteOptions', [notSupported('propagationPolicy', propagationPolicy, [...PROPAGATION, 'nil'])]);
}

export function checkListOptions(request: ListRequest): void {
  const { resourceVersionMatch: match = '', resourceVersion = '' } = request;
  if (match === '') return;
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (resourceVersion === '') errors.push(forbidden(field, `${field} is forbidden unless resourceVersion is provided`));
  if (request.continue) errors.push(forbidden(field, `${field} is forbidden when continue is provided`));
  if (!MATCHES.includes(match)) errors.push(notSupported(field, match, [...MATCHES, '']));
  if (match === 'Exact' && resourceVersion === '0') {
    errors.push(forbidden(field, `${field} "exact" is forbidden for resourceVersion "0"`));
  }
  refuse('ListOptions', errors);
}

export function checkWatchOptions({ sendInitialEvents, resourceVersionMatch: match = '' }: WatchModeRequest): void {
  const field = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(forbidden(field, `sendInitialEvents requires setting ${field} to NotOlderThan`));
  }
  if (match !== '' && sendInitialEvents === undefined) {
    errors.push(forbidden(field, `${field} is forbidden for watch unless sendInitialEvents is provided`));
  }
  if (match !== '' && match !== 'NotOlderThan') errors.push(notSupported(field, match, ['NotOlderThan']));
  refuse('ListOptions', errors);
}

export function checkPatchOptions(type: string, fieldManager: string | undefined, force: boolean | undefined): void {
  if (type === 'apply' && !fieldManager)
    refuse('PatchOptions', [required('fieldManager', 'is required for apply patch')]);
  if (type !== 'apply' && force !== undefined) {
    refuse('PatchOptions', [forbidden('force', 'may not be specified for non-apply patch')]);
  }
}

function refuse(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidError({ group: META_GROUP, kind }, '', errors);
}
