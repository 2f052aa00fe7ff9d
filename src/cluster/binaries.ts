/** Builds the cluster's programs with Go, once for each machine and version, into the cache. */

import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log, withProgress } from '../runtime/progress.ts';
import { run } from './command.ts';
import { withLock } from './lock.ts';
import { cacheDir } from './paths.ts';
import { goMod, linkerFlags, publishedReplaces, RECIPES, type Recipe, recipeKey, toolsFile } from './recipes.ts';

/** Path of each program, and `stages`: the folder of kwok's stages. */
export type Binaries = Record<string, string>;

const sourceOf = (recipe: Recipe) => new URL(`./programs/${recipe.name}/main.go`, import.meta.url);

/**
 * Builds what is missing and returns the path of every program. Cold this takes about six minutes of two cores; warm
 * it only looks for the files.
 * @param only names of recipes to restrict the work to; default all.
 * @param from the recipes to choose from; default those of the local cluster.
 * @throws when Go is not installed, a module cannot be fetched, or a build fails (with the compiler's last lines).
 */
export async function ensureBinaries(
  log: Log,
  only?: readonly string[],
  from: readonly Recipe[] = RECIPES,
): Promise<Binaries> {
  const recipes = from.filter((recipe) => only === undefined || only.includes(recipe.name));
  const found = await Promise.all(recipes.map((recipe) => locate(recipe)));
  if (found.some((folder) => !isComplete(folder))) {
    await mkdir(cacheDir(), { recursive: true });
    await withLock(join(cacheDir(), '.build.lock'), log, async () => {
      for (const folder of found) if (!isComplete(folder)) await build(folder, log);
    });
  }
  return Object.assign({}, ...found.map(programsOf));
}

interface Folder {
  readonly recipe: Recipe;
  readonly source: string;
  readonly dir: string;
}

async function locate(recipe: Recipe): Promise<Folder> {
  const own = Object.values(recipe.programs).includes('.');
  const source = own ? await readFile(sourceOf(recipe), 'utf8') : '';
  const key = recipeKey(recipe, source, `${process.platform}/${process.arch}`);
  return { recipe, source, dir: join(cacheDir(), 'bin', key) };
}

function programsOf({ recipe, dir }: Folder): Binaries {
  const programs = Object.keys(recipe.programs).map((name) => [name, join(dir, name)]);
  return Object.fromEntries(recipe.keep ? [...programs, ['stages', join(dir, 'kept')]] : programs);
}

function isComplete(folder: Folder): boolean {
  return Object.values(programsOf(folder)).every((path) => existsSync(path));
}

async function build({ recipe, source, dir }: Folder, log: Log): Promise<void> {
  await requireGo();
  const work = join(cacheDir(), 'build', recipe.name);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await mkdir(dir, { recursive: true });
  const go = (args: readonly string[]) => run('go', args, { cwd: work, env: { CGO_ENABLED: '0', GOFLAGS: '' } });

  await withProgress(log, `fetching the Go modules of ${recipe.name}`, () => prepare(recipe, source, work, go));
  for (const [program, path] of Object.entries(recipe.programs)) {
    const target = join(dir, program);
    if (existsSync(target)) continue;
    const flags = ['-trimpath', '-buildvcs=false', '-ldflags', linkerFlags(recipe)];
    await withProgress(log, `building ${program} from source (first time only)`, () =>
      go(['build', ...flags, '-o', `${target}.part`, path]),
    );
    await rename(`${target}.part`, target);
  }
  await keepFolders(recipe, dir, go);
  await rm(work, { recursive: true, force: true });
}

type Go = (args: readonly string[]) => Promise<string>;

async function prepare(recipe: Recipe, source: string, work: string, go: Go): Promise<void> {
  await writeFile(join(work, source === '' ? 'tools.go' : 'main.go'), source || toolsFile(recipe));
  await writeFile(join(work, 'go.mod'), 'module armature.local/probe\n');
  let replaces: string[] = [];
  if (recipe.replacesAt) {
    const answer = JSON.parse(await go(['mod', 'download', '-json', recipe.modules[0]!])) as { GoMod: string };
    replaces = publishedReplaces(await readFile(answer.GoMod, 'utf8'), recipe.replacesAt);
  }
  await writeFile(join(work, 'go.mod'), goMod(recipe, replaces));
  if (recipe.modules.length > 0) await go(['mod', 'tidy']);
}

async function keepFolders(recipe: Recipe, dir: string, go: Go): Promise<void> {
  if (!recipe.keep) return;
  const module = (await go(['list', '-m', '-f', '{{.Dir}}', recipe.modules[0]!.split('@')[0]!])).trim();
  const part = join(dir, 'kept.part');
  await rm(part, { recursive: true, force: true });
  for (const folder of recipe.keep) await cp(join(module, folder), join(part, folder), { recursive: true });
  await run('chmod', ['-R', 'u+w', part]);
  await rename(part, join(dir, 'kept'));
}

async function requireGo(): Promise<void> {
  try {
    await run('go', ['version']);
  } catch (cause) {
    throw new Error(
      'building the local cluster needs Go 1.26 or newer on PATH: install it from https://go.dev/dl, or use an existing cluster with --context NAME',
      { cause },
    );
  }
}
