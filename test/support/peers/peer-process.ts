import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A running controller. */
export interface Runner {
  readonly pid: number;
  stop(): Promise<unknown>;
}

/** How to run somebody else's controller, built from its module. */
export interface PeerProcess {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly kubeconfig: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it answers 200 once it is ready. */
  readonly readyUrl: string;
  /** What must be done beside it before it can become ready. */
  readonly meanwhile?: () => Promise<void>;
}

/** Starts it and waits until it is ready. @throws with the end of its log when it does not become so */
export async function startPeer(peer: PeerProcess): Promise<Runner> {
  const file = join(temporaryFolder('peer'), `${peer.name}.log`);
  const output = createWriteStream(file);
  const child = spawn(peer.program, peer.args, {
    env: { ...process.env, ...peer.environment, KUBECONFIG: peer.kubeconfig },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  let code: number | null | undefined;
  const exited = new Promise<void>((resolve) =>
    child.once('exit', (status) => {
      code = status;
      resolve();
    }),
  );
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const ready = async () => {
    if (code !== undefined) throw new Error(`it ended with ${code}`);
    return (await fetch(peer.readyUrl)).ok;
  };
  try {
    await peer.meanwhile?.();
    await eventually(`${peer.name} to be ready`, ready, { timeoutMs: 90_000, everyMs: 200 });
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}; its log ends:\n${readFileSync(file, 'utf8').slice(-2000)}`);
  }
  return { pid: child.pid ?? 0, stop };
}
