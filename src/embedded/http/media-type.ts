import { ApiError } from '../../runtime/client.ts';

/** The form in which a client wants to see objects. */
export type Form = 'object' | 'table' | 'metadata';

interface MediaType {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The parts of an Accept header in the order in which they are preferred. */
export function acceptedTypes(accept: string | undefined): readonly MediaType[] {
  if (!accept) return [{ type: '*/*', parameters: {} }];
  const types = accept.split(',').map((text) => {
    const [type = '', ...rest] = text.split(';').map((part) => part.trim());
    const parameters = Object.fromEntries(
      rest.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
    );
    return { type, parameters };
  });
  const weight = ({ parameters }: MediaType) => Number(parameters.q ?? 1);
  return types.sort((a, b) => weight(b) - weight(a));
}

const JSON_TYPES = new Set(['application/json', 'application/*', '*/*']);
const FORMS: Readonly<Record<string, Form>> = {
  Table: 'table',
  PartialObjectMetadata: 'metadata',
  PartialObjectMetadataList: 'metadata',
};

/** @throws ApiError 406 when JSON would not do, such as for a client that wants protobuf only */
export function formOf(accept: string | undefined): Form {
  for (const { type, parameters } of acceptedTypes(accept)) {
    if (!JSON_TYPES.has(type)) continue;
    const { as, g = 'meta.k8s.io', v = 'v1' } = parameters;
    if (as === undefined) return 'object';
    const form = FORMS[as];
    if (form && g === 'meta.k8s.io' && (v === 'v1' || v === 'v1beta1')) return form;
  }
  throw notAcceptable(['application/json']);
}

export const notAcceptable = (offered: readonly string[]): ApiError =>
  new ApiError(
    406,
    'NotAcceptable',
    `only the following media types are accepted: ${offered.join(', ')}; the embedded cluster speaks no protobuf`,
  );

export const unsupportedMediaType = (offered: readonly string[]): ApiError =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${offered.join(', ')}`,
  );
