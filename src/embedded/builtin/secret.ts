import type { KubeObject } from '../../api/kube.ts';
import type { Strategy } from '../strategy.ts';

type SecretObject = KubeObject & {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
};

/** Secrets: what is written as text is kept encoded. */
export const secretStrategy: Strategy = {
  decode: (object) => {
    const { stringData, ...secret } = object as SecretObject;
    const encoded = Object.fromEntries(
      Object.entries(stringData ?? {}).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    );
    const data = { ...secret.data, ...encoded };
    const filled = { type: 'Opaque', ...secret, ...(Object.keys(data).length > 0 && { data }) };
    return { object: filled as KubeObject, unknown: [] };
  },
};
