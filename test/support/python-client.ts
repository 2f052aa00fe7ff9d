import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../src/cluster/paths.ts';

const run = promisify(execFile);

/**
 * A Python virtual environment with exactly these packages, made once and kept in the user's cache folder.
 * @returns the path of its interpreter
 */
export async function pythonWith(packages: readonly string[]): Promise<string> {
  const cache = join(cacheDir(), 'python');
  const folder = join(cache, createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 16));
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) return python;
  process.stderr.write(`  … Python environment with ${packages.join(', ')} (about a minute, once)\n`);
  await mkdir(cache, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], {
    maxBuffer: 64 << 20,
  });
  await run(python, ['-c', 'import pathlib, sys; pathlib.Path(sys.argv[1]).touch()', join(folder, 'complete.part')]);
  renameSync(join(folder, 'complete.part'), join(folder, 'complete'));
  return python;
}

/** Where the packages of a virtual environment of this machine are, for pods that bring the same Python. */
export async function packagesOf(python: string): Promise<string> {
  const { stdout } = await run(python, ['-c', 'import sysconfig; print(sysconfig.get_path("platlib"))']);
  return stdout.trim();
}

/** Runs a Python script; resolves to what it printed, rejects with its traceback. */
export async function runPython(
  python: string,
  script: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<string> {
  try {
    const { stdout } = await run(python, [script, ...args], {
      env: { ...process.env, ...env },
      maxBuffer: 64 << 20,
      timeout: 240_000,
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${script} failed:\n${stdout.slice(-2000)}\n${stderr.slice(-4000)}`);
  }
}

/** What a tour of test/conformance got through, by step. */
export function stepsOf(printed: string): Record<string, Record<string, unknown>> {
  const lines = printed.split('\n').filter((line) => line.startsWith('{"step"'));
  return Object.fromEntries(
    lines.map((line) => {
      const { step, ...values } = JSON.parse(line) as { step: string };
      return [step, values];
    }),
  );
}
