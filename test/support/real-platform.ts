import { afterAll, beforeAll } from '@jest/globals';
import { armature, type Cluster, parseCluster } from './cluster.ts';
import { type Platform, usePlatform } from './platform.ts';
import { noContainers, testUnless } from './test-unless.ts';
import { loadTrainingImage } from './training-image.ts';

const MINUTES = 60_000;

/** A platform whose pods really run, and a `test` that is skipped by name where they cannot. */
export interface RealPlatform {
  readonly platform: Platform;
  readonly live: ReturnType<typeof testUnless>;
  /** Whether pods can run on this machine at all; without, nothing is to be set up. */
  readonly possible: boolean;
  /** The training image's name, as loaded into the cluster. */
  image(): string;
  /** Processes of the cluster's parts, such as `kwok`. */
  pids(): Readonly<Record<string, number>>;
}

/** Registers a cluster of the file's own, with the training image; to be called once, at the top of a test file. */
export function useRealPlatform(name: string, nodes = 'real'): RealPlatform {
  const reason = noContainers();
  const live = testUnless(reason);
  let image = '';
  let pids: Readonly<Record<string, number>> = {};
  if (reason) return { platform: {} as Platform, live, possible: false, image: () => image, pids: () => pids };

  const cluster = async (): Promise<Cluster> => {
    const printed = await armature('cluster', 'up', '--name', name, '--nodes', nodes, '--json');
    const up = parseCluster(printed) as Cluster & { readonly pids: Record<string, number> };
    pids = up.pids;
    return up;
  };
  const platform = usePlatform({ cluster });
  // Hooks run in the order of their registration: the platform goes before its cluster.
  afterAll(() => armature('cluster', 'down', '--name', name).then(() => undefined), 2 * MINUTES);
  beforeAll(async () => {
    image = await loadTrainingImage(platform.cluster);
  }, 10 * MINUTES);
  return { platform, live, possible: true, image: () => image, pids: () => pids };
}
