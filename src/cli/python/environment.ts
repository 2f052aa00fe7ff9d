import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../cluster/command.ts';
import { withLock } from '../../cluster/lock.ts';
import { cacheDir } from '../../cluster/paths.ts';
import { type Log, withProgress } from '../../runtime/progress.ts';
import { findInterpreter, type Interpreter, pipSource } from './interpreter.ts';
import { explainPip, packageIn } from './pip.ts';

export interface PythonEnvironmentOptions {
  /** Text of a requirements file that names everything, so that nothing has to be resolved. */
  readonly requirements: string;
  /** Major and minor number of the oldest Python that these packages take. */
  readonly oldest: readonly [number, number];
  /** Modules whose import proves that the environment works. */
  readonly modules: readonly string[];
  /** Python that runs whenever the environment's interpreter starts. @default - none */
  readonly startup?: string;
  readonly log: Log;
  /** Where environments are kept. @default - `python` in the cache */
  readonly cache?: string;
}

/** A virtual environment. */
export interface PythonEnvironment {
  readonly folder: string;
  /** Its interpreter. */
  readonly python: string;
}

const COMPLETE = 'complete';
const DOWNLOADS = 'downloads';
const TELL_EVERY_MS = 3_000;
/** Nothing is resolved, built from source, compiled in advance or asked; whatever the user's own settings are. */
const PIP_FLAGS = ['--no-deps', '--only-binary', ':all:', '--no-compile', '--no-input', '--progress-bar', 'off'];
const PIP_SETTINGS = { PIP_USER: '0', PIP_RETRIES: '2', PIP_DISABLE_PIP_VERSION_CHECK: '1' };

/**
 * The virtual environment with these packages: from the cache, or made now. It is kept under a hash of what is in it; one
 * that was left half-made, or whose Python is gone, is made anew. Two processes that ask at once make one.
 * @throws with how to mend it: no suitable Python, no network, no build for this machine, a full disk
 */
export async function ensurePythonEnvironment(options: PythonEnvironmentOptions): Promise<PythonEnvironment> {
  const cache = options.cache ?? join(cacheDir(), 'python');
  const folder = join(cache, keyOf(options));
  const environment = { folder, python: join(folder, 'bin', 'python3') };
  if (await works(environment, options.modules)) return environment;
  await withLock(`${folder}.lock`, options.log, async () => {
    if (!(await works(environment, options.modules))) await make(environment, options);
  });
  return environment;
}

function keyOf({ requirements, startup = '' }: PythonEnvironmentOptions): string {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n${requirements}\0${startup}`);
  return hash.digest('hex').slice(0, 16);
}

/** Without importing: that takes seconds. */
async function works({ folder, python }: PythonEnvironment, modules: readonly string[]): Promise<boolean> {
  if (!existsSync(join(folder, COMPLETE))) return false;
  const look = `import importlib.util as u, sys; sys.exit(any(u.find_spec(name) is None for name in sys.argv[1:]))`;
  return run(python, ['-c', look, ...modules]).then(
    () => true,
    () => false,
  );
}

async function make(environment: PythonEnvironment, options: PythonEnvironmentOptions): Promise<void> {
  const { folder, python } = environment;
  const { log } = options;
  const interpreter = await findInterpreter(options.oldest);
  log(`Python ${interpreter.version.join('.')} environment in ${folder}, once`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, DOWNLOADS), { recursive: true });
  await install(environment, interpreter, options);
  if (options.startup) await addStartup(python, options.startup);
  await withProgress(log, 'importing it for the first time', () => importOnce(python, options.modules));
  await rm(join(folder, DOWNLOADS), { recursive: true, force: true });
  await writeFile(join(folder, COMPLETE), '');
}

async function install(
  { folder, python }: PythonEnvironment,
  interpreter: Interpreter,
  { requirements, log }: PythonEnvironmentOptions,
): Promise<void> {
  const outside = pipSource(interpreter) === 'outside';
  await withProgress(log, 'making a virtual environment', () =>
    run(interpreter.program, ['-m', 'venv', ...(outside ? ['--without-pip'] : []), folder]),
  );
  const list = join(folder, 'requirements.txt');
  await writeFile(list, requirements);
  const pip = outside ? [interpreter.program, '-m', 'pip', '--python', python] : [python, '-m', 'pip'];
  const flags = [...PIP_FLAGS, '-r', list];
  const stop = tellDownloads(join(folder, DOWNLOADS), log);
  try {
    await run(pip[0]!, [...pip.slice(1), 'install', ...flags], {
      env: { ...PIP_SETTINGS, TMPDIR: join(folder, DOWNLOADS), PYTHONUNBUFFERED: '1' },
      onLine: (line) => tellLine(line, log),
    });
  } catch (error) {
    const said = (error as Error).message;
    throw new Error(`the Python packages could not be installed: ${explainPip(said)}\n${said}`);
  } finally {
    stop();
  }
}

function tellLine(line: string, log: Log): void {
  const fetched = packageIn(line);
  if (fetched) log(fetched);
  else if (line.startsWith('Installing collected packages')) log('unpacking');
}

/** Says how much has come in, while more comes in; pip itself says a file's size only when it begins. */
function tellDownloads(folder: string, log: Log): () => void {
  let told = 0;
  const timer = setInterval(async () => {
    const bytes = await sizeOf(folder);
    if (bytes > told + 1e6) log(`… ${(bytes / 1e6).toFixed(0)} MB have come in`);
    told = Math.max(told, bytes);
  }, TELL_EVERY_MS);
  return () => clearInterval(timer);
}

async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = files.filter((file) => file.endsWith('.whl')).map((file) => stat(join(folder, file)));
  const found = await Promise.allSettled(sizes);
  return found.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value.size : 0), 0);
}

/** Python imports what a `.pth` file among its packages says. */
async function addStartup(python: string, source: string): Promise<void> {
  const packages = (await run(python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'])).trim();
  await writeFile(join(packages, 'armature_startup.py'), source);
  await writeFile(join(packages, 'armature_startup.pth'), 'import armature_startup\n');
}

async function importOnce(python: string, modules: readonly string[]): Promise<void> {
  try {
    await run(python, ['-c', modules.map((name) => `import ${name}`).join('\n')]);
  } catch (error) {
    throw new Error(`the Python packages were installed, but do not run on this machine: ${(error as Error).message}`);
  }
}
