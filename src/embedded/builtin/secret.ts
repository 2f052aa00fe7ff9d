import type { KubeObject } from '../../api/kube.ts';
import type { FieldError, Strategy } from '../strategy.ts';
import { invalid, required } from '../structural/field-errors.ts';
import { checkBase64, dataKeyErrors, immutabilityErrors } from './data-keys.ts';

type SecretObject = KubeObject & {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
};

const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const JSON_KEYS: Readonly<Record<string, string>> = {
  'kubernetes.io/dockercfg': '.dockercfg',
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
};

/** Secrets: what is written as text is kept encoded. */
export const secretStrategy: Strategy = {
  decode: (object) => {
    const { stringData, ...secret } = object as SecretObject;
    checkBase64('Secret', secret.data);
    const encoded = Object.fromEntries(
      Object.entries(stringData ?? {}).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    );
    const data = { ...secret.data, ...encoded };
    const filled = { ...secret, type: secret.type || 'Opaque', ...(Object.keys(data).length > 0 && { data }) };
    return { object: filled as KubeObject, unknown: [] };
  },
  prepareForUpdate: (next, previous) =>
    (next as SecretObject).type ? next : ({ ...next, type: (previous as SecretObject).type } as KubeObject),
  validate: (next, previous, earlier) => {
    const [secret, before] = [next as SecretObject, previous as SecretObject | undefined];
    return [
      ...earlier,
      ...(before && before.type !== secret.type ? [invalid('type', secret.type, 'field is immutable')] : []),
      ...immutabilityErrors(secret, before, ['data']),
      ...dataKeyErrors(secret.data, 'data'),
      ...contentErrors(secret),
    ];
  },
};

function contentErrors({ type = '', data = {}, metadata }: SecretObject): readonly FieldError[] {
  const missing = (...keys: readonly string[]) =>
    keys.filter((key) => !(key in data)).map((key) => required(`data[${key}]`));
  const json = JSON_KEYS[type];
  if (json !== undefined) return missing(json);
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return metadata.annotations?.[ACCOUNT_NAME] ? [] : [required(`metadata.annotations[${ACCOUNT_NAME}]`)];
    case 'kubernetes.io/basic-auth': {
      const both = missing('username', 'password');
      return both.length === 2 ? both : [];
    }
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [required('data[ssh-privatekey]')];
    case 'kubernetes.io/tls':
      return missing('tls.crt', 'tls.key');
    default:
      return [];
  }
}
