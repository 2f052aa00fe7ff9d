import type { KeyedSources } from '../environment/container-env.ts';
import { type DownwardView, fieldValue, resourceValue } from '../environment/field-ref.ts';
import type { DownwardFile, KeyedData, KeyToPath, ProjectedSource, Volume } from '../pod-types.ts';

export interface PayloadFile {
  readonly content: Buffer;
  readonly mode: number;
}

/** Files by path within the volume. */
export type Payload = ReadonlyMap<string, PayloadFile>;

/** Asks for a token of the pod's service account. */
export type TokenSource = (audience: string | undefined, expirationSeconds: number) => Promise<string>;

/** A volume cannot be provided; the message says how to mend it. */
export class MountError extends Error {
  override readonly name = 'MountError';
}

const DEFAULT_MODE = 0o644;

export const hasPayload = (volume: Volume): boolean =>
  (volume.configMap ?? volume.secret ?? volume.projected ?? volume.downwardAPI) !== undefined;

/**
 * The files that a configMap, secret, downwardAPI or projected volume holds.
 * @throws MountError when something that is not optional is missing
 */
export async function payloadOf(
  volume: Volume,
  view: DownwardView,
  sources: KeyedSources,
  token: TokenSource | undefined,
): Promise<Payload> {
  const { configMap, secret, downwardAPI, projected } = volume;
  const mode = (configMap ?? secret ?? downwardAPI ?? projected)?.defaultMode ?? DEFAULT_MODE;
  const parts: readonly ProjectedSource[] =
    projected?.sources ??
    (configMap && [{ configMap }]) ??
    (secret && [{ secret: { ...secret, name: secret.secretName ?? '' } }]) ??
    (downwardAPI ? [{ downwardAPI }] : []);
  const files = new Map<string, PayloadFile>();
  for (const part of parts) {
    for (const [path, file] of await filesOf(volume.name, part, mode, view, sources, token)) {
      files.set(checkedPath(volume.name, path), file);
    }
  }
  return files;
}

async function filesOf(
  volume: string,
  part: ProjectedSource,
  mode: number,
  view: DownwardView,
  sources: KeyedSources,
  token: TokenSource | undefined,
): Promise<Iterable<readonly [string, PayloadFile]>> {
  if (part.configMap) {
    const { name = '', items, optional = false } = part.configMap;
    return chosen('configmap', name, await sources.configMap(name), items, optional, mode);
  }
  if (part.secret) {
    const { name = '', items, optional = false } = part.secret;
    return chosen('secret', name, await sources.secret(name), items, optional, mode);
  }
  if (part.downwardAPI) return (part.downwardAPI.items ?? []).map((item) => downward(volume, item, mode, view));
  if (part.serviceAccountToken) {
    if (!token) {
      const mend = 'set automountServiceAccountToken: false, or leave the source out';
      throw new MountError(`volume "${volume}": this node has no tokens of service accounts; ${mend}`);
    }
    const { path, audience, expirationSeconds = 3600 } = part.serviceAccountToken;
    return [[path, { content: Buffer.from(await token(audience, expirationSeconds)), mode }]];
  }
  const form = Object.keys(part)[0] ?? 'an empty source';
  throw new MountError(`volume "${volume}": a node of processes cannot project ${form}; use a configMap or a secret`);
}

function chosen(
  kind: string,
  name: string,
  found: KeyedData | undefined,
  items: readonly KeyToPath[] | undefined,
  optional: boolean,
  mode: number,
): (readonly [string, PayloadFile])[] {
  if (!found && optional) return [];
  if (!found) throw new MountError(`${kind} "${name}" not found`);
  if (!items) return [...found.data].map(([key, content]) => [key, { content, mode }]);
  return items.flatMap((item) => {
    const content = found.data.get(item.key);
    if (content) return [[item.path, { content, mode: item.mode ?? mode }] as const];
    if (optional) return [];
    throw new MountError(`${kind} "${name}" has no key "${item.key}"`);
  });
}

function downward(
  volume: string,
  item: DownwardFile,
  mode: number,
  view: DownwardView,
): readonly [string, PayloadFile] {
  const { path, fieldRef, resourceFieldRef } = item;
  try {
    const text = fieldRef
      ? fieldValue(view, fieldRef.fieldPath)
      : resourceValue(view, resourceFieldRef ?? { resource: '' });
    return [path, { content: Buffer.from(text), mode: item.mode ?? mode }];
  } catch (error) {
    throw new MountError(`volume "${volume}", ${path}: ${(error as Error).message}`);
  }
}

function checkedPath(volume: string, path: string): string {
  if (path !== '' && !path.startsWith('/') && !path.split('/').includes('..')) return path;
  throw new MountError(`volume "${volume}": the path "${path}" leaves the volume; make it relative, without ..`);
}
