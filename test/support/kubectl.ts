import { execFile } from 'node:child_process';
import { ensureBinaries } from '../../src/cluster/binaries.ts';
import { DELIVERY_RECIPES } from '../../src/cluster/recipes.ts';

/** The path of the real kubectl of the local cluster's release, built from source once (some minutes), then found in the cache. */
export async function kubectlPath(): Promise<string> {
  const log = (line: string) => void process.stderr.write(`  ${line}\n`);
  const { kubectl } = await ensureBinaries(log, ['kubectl'], DELIVERY_RECIPES);
  if (!kubectl) throw new Error('kubectl was not built');
  return kubectl;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; a code other than 0 is an answer, too. */
export function ran(program: string, args: readonly string[], options: { env: NodeJS.ProcessEnv; input?: string }) {
  return new Promise<Ran>((resolve) => {
    const settings = { env: options.env, maxBuffer: 64 << 20, timeout: 120_000 };
    const child = execFile(program, args, settings, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end(options.input ?? '');
  });
}
