import type { Kind } from '../../api/kube.ts';
import { noSuchResource } from '../errors.ts';
import { resourceId } from '../resource.ts';
import {
  aggregated,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  type Catalogue,
  type ExtraSubresource,
} from './discovery.ts';
import { type Exchange, type FrontContext, sendJson } from './exchange.ts';
import { acceptedTypes } from './media-type.ts';
import { POD_METRICS } from './pod-metrics.ts';
import { REVIEWS } from './reviews.ts';

/** What Kubernetes this server stands for. */
export const KUBERNETES_VERSION = { major: '1', minor: '36', gitVersion: 'v1.36.0+armature.embedded' };

const AGGREGATED = ['v2', 'v2beta1'];
const POD = { group: '', version: 'v1', kind: 'Pod' };

const EXTRA: Readonly<Record<string, readonly ExtraSubresource[]>> = {
  '/pods': [
    { name: 'binding', type: { group: '', version: 'v1', kind: 'Binding' }, verbs: ['create'] },
    { name: 'eviction', type: { group: 'policy', version: 'v1', kind: 'Eviction' }, verbs: ['create'] },
    {
      name: 'exec',
      type: { group: '', version: 'v1', kind: 'PodExecOptions' },
      verbs: ['create', 'get'],
    },
    { name: 'log', type: POD, verbs: ['get'] },
  ],
  '/namespaces': [{ name: 'finalize', type: { group: '', version: 'v1', kind: 'Namespace' }, verbs: ['update'] }],
  '/serviceaccounts': [
    {
      name: 'token',
      type: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
      verbs: ['create'],
    },
  ],
};

export const catalogueOf = ({ server, pods }: FrontContext): Catalogue => ({
  resources: server.resources(),
  reviews: REVIEWS,
  measured: pods?.usage ? [POD_METRICS] : [],
  extra: (kind: Kind) => EXTRA[resourceId(kind)] ?? [],
});

/** Answers `/api`, `/apis` and what lies below, down to the resources. */
export function sendDiscovery(context: FrontContext, exchange: Exchange): void {
  const catalogue = catalogueOf(context);
  const [root, ...rest] = exchange.path.split('/').filter(Boolean);
  const core = root === 'api';
  const wanted = rest.length === 0 ? aggregatedVersion(exchange.request.headers.accept) : undefined;
  const type = wanted && `application/json;g=apidiscovery.k8s.io;v=${wanted};as=APIGroupDiscoveryList`;
  const document = wanted
    ? aggregated(catalogue, core, `apidiscovery.k8s.io/${wanted}`)
    : plainDocument(catalogue, core ? ['', ...rest] : rest, exchange.request.headers.host ?? '');
  if (!document) throw noSuchResource();
  sendJson(exchange, 200, document, type);
}

function plainDocument(catalogue: Catalogue, [group, version]: readonly string[], address: string): object | undefined {
  if (group === undefined) return apiGroupList(catalogue);
  if (version !== undefined) return apiResourceList(catalogue, group, version);
  return group === '' ? apiVersions(address) : apiGroup(catalogue, group);
}

/** The version of aggregated discovery that a client likes best, unless it likes the plain form better. */
function aggregatedVersion(accept: string | undefined): string | undefined {
  for (const { type, parameters } of acceptedTypes(accept)) {
    if (type !== 'application/json') continue;
    if (parameters.as !== 'APIGroupDiscoveryList') return undefined;
    if (AGGREGATED.includes(parameters.v ?? '')) return parameters.v;
  }
  return undefined;
}

/** `/version`. */
export const versionDocument = (): object => ({
  ...KUBERNETES_VERSION,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: `${process.platform}/${process.arch}`,
});
