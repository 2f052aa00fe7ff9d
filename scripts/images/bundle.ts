import { readdirSync } from 'node:fs';
import { cp, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './version.ts';

export const BUNDLE = join(ROOT, 'build', 'bundle');

/**
 * Bundles the `armature` command into build/bundle: `armature.mjs`, and a chunk for whatever a subcommand alone needs, so
 * that `armature controller` never loads the constructs. Same sources, same bytes. Pulumi stays outside: it is optional.
 */
export async function buildBundle(folder = BUNDLE): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await build({
    absWorkingDir: ROOT,
    entryPoints: { armature: 'src/cli/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    external: ['@pulumi/*'],
    // What `import('yaml')` resolves to for Node is CommonJS, whose names are lost when it becomes a chunk of its own.
    alias: { yaml: join(ROOT, 'node_modules/yaml/browser/index.js') },
    define: { 'import.meta.main': 'true' },
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  // `armature cluster` compiles these, and looks for them beside its own module.
  await cp(join(ROOT, 'src', 'cluster', 'programs'), join(folder, 'chunks', 'programs'), { recursive: true });
}

export interface BundleFile {
  /** Relative to the bundle's folder. */
  readonly path: string;
  readonly content: Buffer;
}

/** The bundle's files, sorted by path. */
export async function bundleFiles(folder = BUNDLE): Promise<BundleFile[]> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const paths = files.map((file) => relative(folder, join(file.parentPath, file.name))).sort();
  return Promise.all(paths.map(async (path) => ({ path, content: await readFile(join(folder, path)) })));
}
