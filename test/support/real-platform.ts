import { beforeAll } from '@jest/globals';
import { armature, type Cluster, parseCluster } from './cluster.ts';
import { type Platform, type PlatformOptions, usePlatform } from './platform.ts';
import { REAL_CLUSTER } from './real-cluster.ts';
import { noContainers, testUnless } from './test-unless.ts';
import { type ImageFlag, loadImages } from './training-image.ts';

const MINUTES = 60_000;

/** A platform whose pods really run, and a `test` that is skipped by name where they cannot. */
export interface RealPlatform {
  readonly platform: Platform;
  readonly live: ReturnType<typeof testUnless>;
  /** Whether pods can run on this machine at all; without, nothing is to be set up. */
  readonly possible: boolean;
  /** The name of the image as loaded into the cluster; of the first one that was asked for unless its name has this part. */
  image(part?: string): string;
  /** Processes of the cluster's parts, such as `kwok`. */
  pids(): Readonly<Record<string, number>>;
}

export interface RealPlatformOptions extends Pick<PlatformOptions, 'flags'> {
  /** The images that are built and loaded, as flags of `npm run image`. @default ['--training'] */
  readonly images?: readonly ImageFlag[];
}

/** One real node, and a fake one that can be lost; only pods that ask for it land there. */
const NODES = 'real,fake:1';

/**
 * The cluster with a real node that all files of one run share, with the images asked for; to be called once, at the top
 * of a test file. `npm test` takes it down in the end; a file run by hand leaves it running.
 */
export function useRealPlatform({ images = ['--training'], ...options }: RealPlatformOptions = {}): RealPlatform {
  const reason = noContainers();
  const live = testUnless(reason);
  let loaded: readonly string[] = [];
  const image = (part = '') => loaded.find((name) => name.includes(part)) ?? '';
  let pids: Readonly<Record<string, number>> = {};
  if (reason) return { platform: {} as Platform, live, possible: false, image, pids: () => pids };

  const cluster = async (): Promise<Cluster> => {
    const printed = await armature('cluster', 'up', '--name', REAL_CLUSTER, '--nodes', NODES, '--json');
    const up = parseCluster(printed) as Cluster & { readonly pids: Record<string, number> };
    pids = up.pids;
    return up;
  };
  const platform = usePlatform({ ...options, cluster });
  beforeAll(async () => {
    loaded = await loadImages(platform.cluster, images);
  }, 10 * MINUTES);
  return { platform, live, possible: true, image, pids: () => pids };
}
