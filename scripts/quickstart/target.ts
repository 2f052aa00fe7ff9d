import { canRun, run } from '../../src/cluster/command.ts';
import { clusterDown, clusterUp, loadImage } from '../../src/cluster/index.ts';
import { clusterPaths } from '../../src/cluster/paths.ts';
import { type AccessOptions, loadAccess } from '../../src/runtime/kubeconfig.ts';
import type { Log } from '../../src/runtime/progress.ts';
import type { Image } from '../oci/image.ts';

/** The cluster that the quickstart runs on. */
export interface Target {
  /** What the phase of getting it ready is called. */
  readonly title: string;
  /** Gets the cluster ready. @returns how to reach it */
  up(): Promise<AccessOptions>;
  /** Makes an image available to the cluster's nodes. */
  load(image: Image): Promise<void>;
  /** What the user types before kubectl's own arguments. */
  readonly kubectl: string;
  /** Takes away what was brought up, be it only half. */
  down(): Promise<void>;
}

export const CLUSTER_NAME = 'quickstart';

/** A Kubernetes on this machine, with one real node. */
export function localTarget(log: Log): Target {
  return {
    title: 'local Kubernetes (the first time builds it: about 6 minutes)',
    up: async () => {
      const { kubeconfig } = await clusterUp({ name: CLUSTER_NAME, nodes: 'real', log });
      return { kubeconfig };
    },
    load: (image) => loadImage(CLUSTER_NAME, image.file),
    kubectl: `kubectl --kubeconfig ${clusterPaths(CLUSTER_NAME).kubeconfig}`,
    down: () => clusterDown(CLUSTER_NAME),
  };
}

/** A cluster that is already there. Nothing in it is ever removed. */
export function contextTarget(context: string, log: Log): Target {
  return {
    title: `cluster of context ${context}`,
    up: async () => {
      await loadAccess({ context });
      return { context };
    },
    load: (image) => loadInto(context, image, log),
    kubectl: `kubectl --context ${context}`,
    down: async () => {},
  };
}

async function loadInto(context: string, image: Image, log: Log): Promise<void> {
  const kind = /^kind-(.+)$/.exec(context)?.[1];
  if (kind && (await canRun('kind', 'version'))) {
    await run('kind', ['load', 'image-archive', image.file, '--name', kind], {
      log,
      title: `loading ${image.name}`,
    });
    return;
  }
  if (context === 'minikube' && (await canRun('minikube', 'version'))) {
    await run('minikube', ['image', 'load', image.file], { log, title: `loading ${image.name}` });
    return;
  }
  log(`  ${context} must already have ${image.name}, or be able to pull it; the archive is ${image.file}`);
}
