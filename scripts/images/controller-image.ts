import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canRun, run } from '../../src/cluster/command.ts';
import type { Log } from '../../src/runtime/progress.ts';
import { digestOf, digestOfFile } from '../oci/digest.ts';
import { type Image, type ImageConfig, writeImage } from '../oci/image.ts';
import { type Entry, type Layer, writeLayer } from '../oci/layer.ts';
import { type BundleFile, buildBundle, bundleFiles } from './bundle.ts';
import { cachedFolder, cachedImage, inputHash, recipeOf } from './cache.ts';
import { libraryEntries } from './libraries.ts';
import { NODE_ENVIRONMENT } from './node-environment.ts';
import { VERSION } from './version.ts';

export const CONTROLLER_IMAGE = `armature:${VERSION}`;

/** The user that the image runs as, by convention of distroless images. */
const NONROOT = 65532;
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** Everything but Node and the program: users, name resolution, certificates, a place for temporary files. */
export function baseEntries(certificates?: string): Entry[] {
  const text = (path: string, content: string): Entry => ({ type: 'file', path, content });
  return [
    text(
      '/etc/passwd',
      `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${NONROOT}:${NONROOT}:nonroot:/home/nonroot:/sbin/nologin\n`,
    ),
    text('/etc/group', `root:x:0:\nnonroot:x:${NONROOT}:\n`),
    text('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
    { type: 'directory', path: '/home/nonroot', mode: 0o700, uid: NONROOT, gid: NONROOT },
    { type: 'directory', path: '/tmp', mode: 0o1777 },
    ...(certificates ? [{ type: 'file', path: CERTIFICATES, source: certificates } as const] : []),
  ];
}

/** The program as it lies in the image: `/armature.mjs` and its chunks. */
export function bundleEntries(files: readonly BundleFile[]): Entry[] {
  return files.map(({ path, content }) => ({ type: 'file', path: `/${path}`, content }));
}

/** How the image starts. Heap limits come through NODE_OPTIONS, so that a Deployment can set its own. */
export function controllerConfig(architecture: ImageConfig['architecture']): ImageConfig {
  return {
    architecture,
    user: String(NONROOT),
    entrypoint: ['/usr/local/bin/node', '/armature.mjs'],
    command: ['controller'],
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      ...NODE_ENVIRONMENT,
    },
    labels: { 'org.opencontainers.image.title': 'armature', 'org.opencontainers.image.version': VERSION },
  };
}

/**
 * Builds the controller's image without Docker; same sources, Node and libraries, same digest.
 * @throws on anything but Linux, whose Node and C library go into the image
 */
export async function buildControllerImage(log: Log): Promise<Image> {
  if (process.platform !== 'linux') {
    throw new Error(
      `The image is made of this machine's Node and C library, which must be Linux, not ${process.platform}. Use Docker: docker build -f images/Dockerfile -t ${CONTROLLER_IMAGE} .`,
    );
  }
  log('bundling src/cli/main.ts');
  await buildBundle();
  const bundle = await bundleFiles();
  const runtime = await runtimeLayers(log);
  const config = controllerConfig(process.arch === 'arm64' ? 'arm64' : 'amd64');
  const key = inputHash({
    recipe: await recipeOf(import.meta.filename),
    config: JSON.stringify(config),
    runtime: runtime.map((layer) => layer.digest).join(),
    bundle: bundle.map((file) => `${file.path} ${digestOf(file.content)}`).join(),
  });
  return cachedImage(`controller-${key}`, async (folder) => {
    const program = await writeLayer(bundleEntries(bundle), join(folder, 'program.tar.gz'));
    return writeImage(CONTROLLER_IMAGE, config, [...runtime, program], join(folder, 'image.tar'));
  });
}

/** Base and Node, which change seldom and take the time: cached apart from the program. */
async function runtimeLayers(log: Log): Promise<Layer[]> {
  const node = process.execPath;
  const libraries = await libraryEntries(node);
  const certificates = existsSync(CERTIFICATES) ? CERTIFICATES : undefined;
  const strip = (await canRun('strip', '--version')) ? 'stripped' : 'as it is';
  const key = inputHash({
    recipe: await recipeOf(import.meta.filename),
    node: `${process.version} ${process.arch} ${await digestOfFile(node)} ${strip}`,
    libraries: (
      await Promise.all(libraries.map(async ({ path, source }) => `${path} ${await digestOfFile(source)}`))
    ).join(),
    certificates: certificates ? await digestOfFile(certificates) : 'none',
  });
  const folder = await cachedFolder(`node-${key}`, async (part) => {
    log(`packing Node ${process.version} (${strip}) and ${libraries.length} libraries; about 20 seconds, once`);
    const binary = join(part, 'node');
    await (strip === 'stripped' ? run('strip', ['--strip-all', '-o', binary, node]) : copyFile(node, binary));
    const entry: Entry = { type: 'file', path: '/usr/local/bin/node', mode: 0o755, source: binary };
    await storeLayer(part, 'base', [...baseEntries(certificates), ...libraries]);
    await storeLayer(part, 'node', [entry]);
  });
  return Promise.all(['base', 'node'].map((name) => storedLayer(folder, name)));
}

async function storeLayer(folder: string, name: string, entries: readonly Entry[]): Promise<void> {
  const layer = await writeLayer(entries, join(folder, `${name}.tar.gz`));
  await writeFile(join(folder, `${name}.json`), JSON.stringify(layer));
}

async function storedLayer(folder: string, name: string): Promise<Layer> {
  const layer = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as Layer;
  return { ...layer, file: join(folder, `${name}.tar.gz`) };
}
