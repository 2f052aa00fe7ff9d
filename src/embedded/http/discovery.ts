import { apiVersionOf, type Kind } from '../../api/kube.ts';
import type { Resource } from '../resource.ts';
import type { ReviewKind } from './reviews.ts';

/** What a server offers, as far as discovery tells of it. */
export interface Catalogue {
  readonly resources: readonly Resource[];
  readonly reviews: readonly ReviewKind[];
  /** What is measured when it is asked for. @default - nothing */
  readonly measured?: readonly Kind[];
  /** Names of the subresources of a resource beyond status and scale, such as `log`. */
  readonly extra: (kind: Kind) => readonly ExtraSubresource[];
}

export interface ExtraSubresource {
  readonly name: string;
  /** `group/version` and kind of what is sent and answered. */
  readonly type: Pick<Kind, 'group' | 'version' | 'kind'>;
  readonly verbs: readonly string[];
}

interface Subresource extends ExtraSubresource {}

interface Entry {
  readonly kind: Kind;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const WRITABLE = ['get', 'patch', 'update'];
const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

/** Namespaces are deleted one by one. */
export const hasDeleteCollection = ({ group, plural }: Kind): boolean => group !== '' || plural !== 'namespaces';

function entriesOf({ resources, reviews, measured = [], extra }: Catalogue): readonly Entry[] {
  const real = resources.map(({ kind, singular, shortNames, categories, statusSubresource, scale }) => ({
    kind,
    singular,
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
    verbs: hasDeleteCollection(kind) ? VERBS : VERBS.filter((verb) => verb !== 'deletecollection'),
    subresources: [
      ...extra(kind),
      ...(scale ? [{ name: 'scale', type: SCALE, verbs: WRITABLE }] : []),
      ...(statusSubresource ? [{ name: 'status', type: kind, verbs: WRITABLE }] : []),
    ].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }));
  const virtual = reviews.map((kind) => ({
    kind,
    singular: kind.kind.toLowerCase(),
    verbs: ['create'],
    subresources: [],
  }));
  const seen = measured.map((kind) => ({ kind, singular: '', verbs: ['get', 'list'], subresources: [] }));
  return [...real, ...virtual, ...seen].sort((a, b) => (a.kind.plural < b.kind.plural ? -1 : 1));
}

/** By group, then by version, the preferred version first. */
function grouped(catalogue: Catalogue): ReadonlyMap<string, ReadonlyMap<string, readonly Entry[]>> {
  const groups = new Map<string, Map<string, Entry[]>>();
  for (const entry of entriesOf(catalogue)) {
    const { group, version } = entry.kind;
    const versions = groups.get(group) ?? new Map<string, Entry[]>();
    groups.set(group, versions.set(version, [...(versions.get(version) ?? []), entry]));
  }
  const names = [...groups.keys()].sort();
  return new Map(names.map((name) => [name, new Map([...(groups.get(name) ?? [])].sort(byVersion))]));
}

/** `v2` before `v1`, `v1` before `v1beta2`, beta before alpha. */
function byVersion([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  const [one, other] = [rank(a), rank(b)];
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? (a < b ? -1 : 1) : (other[at] ?? 0) - (one[at] ?? 0);
}

function rank(version: string): readonly number[] {
  const [, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  if (major === undefined) return [-1, 0, 0];
  const stability = stage === undefined ? 2 : stage === 'beta' ? 1 : 0;
  return [stability, Number(major), Number(minor ?? 0)];
}

/** `/api`. */
export const apiVersions = (address: string): object => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
});

/** `/apis`. */
export function apiGroupList(catalogue: Catalogue): object {
  const names = [...grouped(catalogue).keys()].filter((name) => name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: names.map((name) => groupOf(catalogue, name)) };
}

function groupOf(catalogue: Catalogue, group: string): object | undefined {
  const versions = grouped(catalogue).get(group);
  if (!versions) return undefined;
  const told = [...versions.keys()].map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: told, preferredVersion: told[0] };
}

/** `/apis/GROUP`; undefined for a group that is not served. */
export function apiGroup(catalogue: Catalogue, group: string): object | undefined {
  const found = group === '' ? undefined : groupOf(catalogue, group);
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...found };
}

/** `/api/v1`, `/apis/GROUP/VERSION`; undefined for what is not served. */
export function apiResourceList(catalogue: Catalogue, group: string, version: string): object | undefined {
  const entries = grouped(catalogue).get(group)?.get(version);
  if (!entries) return undefined;
  const resources = entries.flatMap(({ kind, singular, shortNames, categories, verbs, subresources }) => [
    {
      name: kind.plural,
      singularName: singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs,
      ...(shortNames && { shortNames }),
      ...(categories && { categories }),
    },
    ...subresources.map(({ name, type, verbs: can }) => ({
      name: `${kind.plural}/${name}`,
      singularName: '',
      namespaced: kind.namespaced,
      ...(type.group !== group || type.version !== version ? { group: type.group, version: type.version } : {}),
      kind: type.kind,
      verbs: can,
    })),
  ]);
  const groupVersion = apiVersionOf({ group, version });
  return { kind: 'APIResourceList', ...(group && { apiVersion: 'v1' }), groupVersion, resources };
}

/** `/api` or `/apis` for clients that want everything at once. */
export function aggregated(catalogue: Catalogue, core: boolean, apiVersion: string): object {
  const groups = [...grouped(catalogue)].filter(([name]) => (name === '') === core);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion,
    metadata: {},
    items: groups.map(([name, versions]) => ({
      metadata: { ...(name && { name }), creationTimestamp: null },
      versions: [...versions].map(([version, entries]) => ({
        version,
        resources: entries.map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  };
}

const responseKind = ({ group, version, kind }: Pick<Kind, 'group' | 'version' | 'kind'>) => ({ group, version, kind });

const aggregatedResource = ({ kind, singular, shortNames, categories, verbs, subresources }: Entry): object => ({
  resource: kind.plural,
  responseKind: responseKind(kind),
  scope: kind.namespaced ? 'Namespaced' : 'Cluster',
  singularResource: singular,
  verbs,
  ...(shortNames && { shortNames }),
  ...(categories && { categories }),
  ...(subresources.length > 0 && {
    subresources: subresources.map(({ name, type, verbs: can }) => ({
      subresource: name,
      responseKind: responseKind(type),
      verbs: can,
    })),
  }),
});
