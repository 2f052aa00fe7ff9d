import type { Loose } from '../api.ts';

/** A job's objects of each part, by names that are the same in every run. */
export type Family = readonly ReadonlyMap<string, Loose>[];

/**
 * What a job owns, and what that owns in turn, such as the pods of its Jobs.
 * @param parts - all objects of the namespace, part by part
 */
export function familyOf(job: Loose, parts: readonly (readonly Loose[])[]): Family {
  const known = new Set([job.metadata.uid]);
  const isOwned = ({ metadata }: Loose) => metadata.ownerReferences?.some(({ uid }) => known.has(uid)) ?? false;
  for (let size = 0; size < known.size; ) {
    size = known.size;
    for (const object of parts.flat()) if (isOwned(object)) known.add(object.metadata.uid);
  }
  return parts.map((objects) => byStableName(objects.filter(isOwned)));
}

/** Where the cluster drew the end of a name, it is left out; the second of equal names is numbered, and so on. */
function byStableName(objects: readonly Loose[]): ReadonlyMap<string, Loose> {
  const named = new Map<string, Loose>();
  for (const object of [...objects].sort(inOrderOfBirth)) {
    const name = stableName(object);
    let number = 1;
    while (named.has(numbered(name, number))) number++;
    named.set(numbered(name, number), object);
  }
  return named;
}

const numbered = (name: string, number: number): string => (number === 1 ? name : `${name} #${number}`);

const stableName = ({ metadata: { name = '', generateName = '' } }: Loose): string =>
  generateName !== '' && name.startsWith(generateName) ? generateName.replace(/-$/, '') : name;

const inOrderOfBirth = (a: Loose, b: Loose): number =>
  (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') ||
  (a.metadata.name ?? '').localeCompare(b.metadata.name ?? '');

/** The text without UIDs: each is replaced by a word on whose it is. */
export function withoutUids(text: string, job: Loose, family: Family): string {
  const uids = family.flatMap((part) => [...part].map(([name, { metadata }]) => [metadata.uid, name] as const));
  return [...uids, [job.metadata.uid, 'the job'] as const].reduce(
    (masked, [uid, whose]) => (uid ? masked.replaceAll(uid, `<uid of ${whose}>`) : masked),
    text,
  );
}
