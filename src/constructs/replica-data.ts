import { environment, RESTRICTED_CONTAINER, resourceSection } from './container-fields.ts';
import type { DataSource } from './data-source.ts';
import type { ReplicaProps } from './replica.ts';

/** What the data sources of a role add to its pods. */
export function dataOf({ data = [], resources }: ReplicaProps) {
  const named = data.map((source, index) => {
    const sameKind = data.slice(0, index).filter(({ kind }) => kind === source.kind).length;
    return { source, name: sameKind === 0 ? source.kind : `${source.kind}-${sameKind}` };
  });
  return {
    initContainers: named.map(({ source, name }) => downloader(source, name, resources)),
    mounts: named.map(({ source, name }) => ({ name, mountPath: source.options.path })),
    volumes: named.map(({ source, name }) => source.volume(name)),
  };
}

/** It asks for no more than the training container, so that the pod takes no more of its node. */
function downloader(source: DataSource, name: string, resources: ReplicaProps['resources']) {
  const { secret, envVariables = {} } = source.options;
  return {
    name: `${name}-initializer`,
    image: source.image,
    env: [{ name: 'STORAGE_URI', value: source.uri }, ...environment(envVariables)],
    ...(secret && { envFrom: [{ secretRef: { name: secret.name } }] }),
    ...resourceSection(resources),
    volumeMounts: [{ name, mountPath: source.target }],
    securityContext: RESTRICTED_CONTAINER,
  };
}
