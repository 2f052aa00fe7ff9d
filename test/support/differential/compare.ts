/** What is left of an object when everything that differs from run to run is masked. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One place where two views differ; a side that has nothing there is undefined. */
export interface Difference {
  /** The keys that lead there. */
  readonly path: readonly string[];
  readonly peer: Json | undefined;
  readonly ours: Json | undefined;
}

const isMap = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every place where the two differ, as deep as both have something; lists are compared by position. */
export function differences(
  peer: Json | undefined,
  ours: Json | undefined,
  path: readonly string[] = [],
): Difference[] {
  if (isMap(peer) && isMap(ours)) {
    const keys = [...new Set([...Object.keys(peer), ...Object.keys(ours)])].sort();
    return keys.flatMap((key) => differences(peer[key], ours[key], [...path, key]));
  }
  if (isListOfMaps(peer) && isListOfMaps(ours) && peer.length === ours.length)
    return peer.flatMap((entry, index) => differences(entry, ours[index], [...path, String(index)]));
  return JSON.stringify(peer) === JSON.stringify(ours) ? [] : [{ path, peer, ours }];
}

const isListOfMaps = (value: Json | undefined): value is readonly Json[] =>
  Array.isArray(value) && value.length > 0 && value.every(isMap);
