import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Summary {
  readonly ok: boolean;
  readonly seed: number;
  readonly histories: number;
  readonly events: number;
  readonly failed: readonly number[];
}

/** Runs `npm run simulate -- … --json` and reads its last line; what failed is told on stderr. */
export async function simulate(...options: readonly string[]): Promise<Summary> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const command = run(process.execPath, ['scripts/simulate.ts', ...options, '--json'], { env, maxBuffer: 64 << 20 });
  const { stdout, stderr } = await command.catch((error: { stdout: string; stderr: string }) => error);
  process.stderr.write(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Summary;
}
