import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll } from '@jest/globals';
import {
  type EmbeddedPlatform,
  type EmbeddedPlatformOptions,
  startEmbeddedPlatform,
} from '../../src/cli/embedded-platform.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** The platform in the process of the test file, with pods as processes. */
export function useEmbeddedPlatform(options: EmbeddedPlatformOptions = {}): { readonly current: EmbeddedPlatform } {
  let platform: EmbeddedPlatform | undefined;
  beforeAll(async () => {
    platform = await startEmbeddedPlatform(options);
  }, 60_000);
  afterAll(async () => {
    await platform?.stop();
  }, 60_000);
  return {
    get current() {
      if (!platform) throw new Error('the platform is not up');
      return platform;
    },
  };
}

/** A folder that is removed after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const running = new Set<ChildProcess>();
// What a failed test left running.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Up {
  readonly kubeconfig: string;
  readonly server: string;
  readonly pid: number;
  /** Sends a signal and resolves to how the process ended. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** `armature up` in a process of its own. Rejects with what it said when it ends at once. */
export function up(args: readonly string[]): Promise<Up> {
  const child = spawn(process.execPath, ['--no-warnings', MAIN, 'up', '--json', ...args], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal ?? 0);
    });
  });
  return new Promise((resolve, reject) => {
    void ended.then((how) => reject(new Error(`armature up ended with ${how}: ${said}`)));
    createInterface(child.stdout).once('line', (line) => {
      const { kubeconfig, server } = JSON.parse(line) as { kubeconfig: string; server: string };
      const end = (signal: NodeJS.Signals) => {
        child.kill(signal);
        return ended;
      };
      resolve({ kubeconfig, server, pid: child.pid ?? 0, end });
    });
  });
}
