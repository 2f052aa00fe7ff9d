import { ApiError } from '../../runtime/client.ts';
import { detailsOf, type StatusDetails } from '../status-details.ts';

/** How Kubernetes tells of a failure, or of a success that leaves nothing to show. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: object;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

export function failureStatus(error: ApiError): Status {
  const { code, reason, message, retryAfterSeconds, causes } = error;
  const known = detailsOf(error);
  const details = {
    ...present(known ?? {}),
    ...(!known?.causes && causes.length > 0 && { causes: causes.map((cause) => ({ reason: cause, message })) }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...((known || Object.keys(details).length > 0) && { details }),
    code,
  };
}

export const successStatus = (details: StatusDetails): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details,
  code: 200,
});

/** Any error as the server tells it: what is no refusal is a mistake of the server itself. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`);
}

/** Without what is empty. */
const present = (details: StatusDetails): StatusDetails =>
  Object.fromEntries(Object.entries(details).filter(([, value]) => value !== ''));
