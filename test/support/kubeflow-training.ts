import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pythonWith } from './python-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);
const VERSION = '1.9.4';

/** An interpreter with the last release of upstream's client for the v1 jobs, and the Kubernetes client it was tried with. */
export const kubeflowTraining = (): Promise<string> =>
  pythonWith([`kubeflow-training==${VERSION}`, 'kubernetes==35.0.0', 'setuptools<81', 'pytest==9.0.1']);

/**
 * Upstream's own end-to-end tests of that client, from the Go module that carries them, in a folder without upstream's
 * sources, so that they import the published client.
 */
export async function upstreamClientTests(): Promise<string> {
  const args = ['mod', 'download', '-json', `github.com/kubeflow/training-operator@v${VERSION}`];
  const { stdout } = await run('go', args, { env: { ...process.env, GOFLAGS: '-mod=mod' }, cwd: tmpdir() });
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  const folder = temporaryFolder('kubeflow-training');
  cpSync(join(Dir, 'sdk', 'python', 'test'), join(folder, 'test'), { recursive: true, mode: 0 });
  return folder;
}

/** Runs one of them against a cluster; resolves to pytest's report, rejects with its end. */
export function runUpstreamTest(
  python: string,
  folder: string,
  testId: string,
  namespace: string,
  kubeconfig: string,
): Promise<string> {
  return pytest(python, folder, [`test/e2e/${testId}`, `--namespace=${namespace}`], { KUBECONFIG: kubeconfig });
}

/** Runs the tests that the published client carries along; they speak to no cluster. */
export const runCarriedTests = (python: string): Promise<string> =>
  pytest(python, tmpdir(), ['--pyargs', 'kubeflow.training.api.training_client_test'], {});

async function pytest(python: string, cwd: string, args: readonly string[], more: Record<string, string>) {
  const env = { ...process.env, ...more, PYTHONDONTWRITEBYTECODE: '1' };
  const options = { cwd, env, maxBuffer: 64 << 20, timeout: 300_000 };
  try {
    return (await run(python, ['-m', 'pytest', '--color=no', '-p', 'no:cacheprovider', '-v', ...args], options)).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`upstream's ${args.join(' ')} failed:\n${stdout.slice(-6000)}\n${stderr.slice(-1000)}`);
  }
}
