import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
}

/** A named command of the checks: `args` are given to Node itself. */
export interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Finds the script behind a package's command, so that no shell and no PATH is needed. */
export function binary(packageName: string, path: string): string {
  return require.resolve(`${packageName}/package.json`).replace(/package\.json$/, path);
}

/** What `npm run check` looks at before any test: style, types, and which module may import which. */
export const STATIC_STEPS: readonly Step[] = [
  { name: 'style (biome)', args: [binary('@biomejs/biome', 'bin/biome'), 'check', '.'] },
  { name: 'types (tsc)', args: [binary('typescript', 'bin/tsc'), '-p', '.', '--noEmit'] },
  { name: 'imports, sizes, paths', args: ['scripts/lint-imports.ts'] },
];

/** One jest project as a step; its results land in `outputFile`. */
export function jestStep(project: string, outputFile: string, extra: readonly string[] = []): Step {
  return {
    name: `${project} tests`,
    args: [
      '--experimental-vm-modules',
      '--no-warnings',
      binary('jest', 'bin/jest.js'),
      '--selectProjects',
      project,
      '--json',
      `--outputFile=${outputFile}`,
      '--reporters=<rootDir>/test/support/progress-reporter.mjs',
      '--passWithNoTests',
      ...extra,
    ],
  };
}

/** Runs one step and reports it on a line: what is waited for at once, the outcome and its time at the end. */
export async function runStep(step: Step): Promise<StepResult> {
  const started = Date.now();
  process.stdout.write(`… ${step.name}\n`);
  const code = await runNode(step.args, step.env);
  const seconds = (Date.now() - started) / 1000;
  process.stdout.write(`${code === 0 ? '✓' : '✗'} ${step.name} (${seconds.toFixed(1)} s)\n`);
  return { name: step.name, ok: code === 0, seconds };
}

const running = new Set<ChildProcess>();

/** Ends the steps that run. */
export function stopSteps(): void {
  for (const child of running) child.kill();
}

/** Runs Node with these arguments, output passed through; resolves to the exit code, 1 for a signal. */
export function runNode(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0', ...env },
    });
    running.add(child);
    child.once('error', reject);
    child.once('exit', (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
  });
}
