import type { ApiError } from '../runtime/client.ts';

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** `details` of the Status that tells a client about an error. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** Beside the errors, which the runtime's client knows in a simpler form. */
const known = new WeakMap<ApiError, StatusDetails>();

/** The very same error, about which a client over HTTP is told more. */
export function withDetails(error: ApiError, details: StatusDetails): ApiError {
  known.set(error, details);
  return error;
}

export const detailsOf = (error: ApiError): StatusDetails | undefined => known.get(error);
