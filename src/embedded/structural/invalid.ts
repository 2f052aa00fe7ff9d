import type { Kind } from '../../api/kube.ts';
import { ApiError } from '../../runtime/client.ts';
import { withDetails } from '../status-details.ts';
import type { FieldError } from '../strategy.ts';
import { quoted } from './go-text.ts';

/** The 422 that lists what is wrong with an object. */
export function invalidError(
  kind: Pick<Kind, 'group' | 'kind'>,
  name: string,
  errors: readonly FieldError[],
): ApiError {
  const qualified = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const message = `${qualified} ${quoted(name)} is invalid: ${listed(errors)}`;
  const error = new ApiError(
    422,
    'Invalid',
    message,
    undefined,
    errors.map(({ reason }) => reason),
  );
  return withDetails(error, invalidDetails(kind, name, errors));
}

/** Each error once; brackets around more than one. */
function listed(errors: readonly FieldError[]): string {
  const said = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  return said.length === 1 ? said[0]! : `[${said.join(', ')}]`;
}

export interface InvalidDetails {
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  readonly causes: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
}

/** `details` of the Status that a server sends with the 422. */
export function invalidDetails(
  kind: Pick<Kind, 'group' | 'kind'>,
  name: string,
  errors: readonly FieldError[],
): InvalidDetails {
  const causes = errors.map(({ field, reason, message }) => ({ reason, message, field }));
  return { name, group: kind.group, kind: kind.kind, causes };
}
