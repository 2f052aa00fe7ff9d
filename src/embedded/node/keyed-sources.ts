import { CONFIG_MAP, SECRET } from '../../api/kinds.ts';
import type { Kind, KubeObject } from '../../api/kube.ts';
import { isNotFound, type KubeClient } from '../../runtime/client.ts';
import type { KeyedSources } from './environment/container-env.ts';
import type { KeyedData } from './pod-types.ts';

interface Stored extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** ConfigMaps and Secrets of a namespace, as they are now. */
export function keyedSources(client: KubeClient, namespace: string | undefined): KeyedSources {
  const find = async (kind: Kind, name: string): Promise<Stored | undefined> => {
    try {
      return (await client.get(kind, { ...(namespace && { namespace }), name })) as Stored;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  return {
    configMap: async (name) => {
      const found = await find(CONFIG_MAP, name);
      return found && keyed(found, [[found.data, 'utf8'] as const, [found.binaryData, 'base64'] as const]);
    },
    secret: async (name) => {
      const found = await find(SECRET, name);
      return found && keyed(found, [[found.data, 'base64'] as const]);
    },
  };
}

function keyed({ metadata }: Stored, parts: readonly (readonly [Stored['data'], 'utf8' | 'base64'])[]): KeyedData {
  const data = new Map<string, Buffer>();
  for (const [values = {}, encoding] of parts) {
    for (const key of Object.keys(values).sort()) data.set(key, Buffer.from(values[key] ?? '', encoding));
  }
  return { metadata, data };
}
