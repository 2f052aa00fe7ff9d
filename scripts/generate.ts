import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './generate/files.ts';

/** Folders that hold nothing but generated files: what is not generated any more is removed. */
const OWNED_FOLDERS = ['crds', 'imports'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const files = generatedFiles();
const stale = [...files].filter(([path, content]) => read(path) !== content).map(([path]) => path);
const orphans = OWNED_FOLDERS.flatMap(list).filter((path) => !files.has(path));

if (process.argv.includes('--check')) {
  if (stale.length + orphans.length > 0) {
    console.error(`Generated files are stale: ${[...stale, ...orphans].join(', ')}. Run: npm run generate`);
    process.exitCode = 1;
  } else {
    console.log(`${files.size} generated files are up to date`);
  }
} else {
  for (const path of stale) write(path, files.get(path)!);
  for (const path of orphans) rmSync(join(root, path));
  console.log(`${files.size} generated files: ${stale.length} written, ${orphans.length} removed`);
}

function read(path: string): string | undefined {
  const absolute = join(root, path);
  return existsSync(absolute) ? readFileSync(absolute, 'utf8') : undefined;
}

function list(folder: string): string[] {
  const absolute = join(root, folder);
  return existsSync(absolute) ? readdirSync(absolute).map((name) => `${folder}/${name}`) : [];
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}
