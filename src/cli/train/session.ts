import { Command } from 'commander';
import { ApiError } from '../../runtime/client.ts';
import type { HttpClient } from '../../runtime/http-client.ts';
import { connectIn } from '../connect.ts';
import { reachHint } from './hints.ts';

/** Flags that every subcommand has. */
export interface TrainFlags {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly json?: boolean;
}

/** What a subcommand works with. */
export interface Session {
  readonly client: HttpClient;
  /** The one that was named, else the context's. */
  readonly namespace: string;
  /** Where jobs are looked for; undefined is everywhere. */
  readonly scope: string | undefined;
  readonly json: boolean;
  /** Prints text for people, or one line of JSON for programs. */
  readonly print: (text: () => string, value: unknown) => void;
}

export function trainCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('-n, --namespace <name>', "default: the context's own, else default")
    .option('-A, --all-namespaces', 'look in every namespace')
    .option('--context <name>', "context of the kubeconfig; default: the file's current one")
    .option('--kubeconfig <file>', 'default: $KUBECONFIG, else ~/.kube/config')
    .option('--json', 'print JSON, one object a line');
}

/**
 * Connects, works, closes.
 * @throws Error that says what to do where the cluster refused or did not answer
 */
export async function withSession(flags: TrainFlags, work: (session: Session) => Promise<void>): Promise<void> {
  const { client, server, namespace: own } = await connectIn(flags);
  const namespace = flags.namespace ?? own;
  const json = flags.json ?? false;
  try {
    await work({
      client,
      namespace,
      scope: flags.allNamespaces ? undefined : namespace,
      json,
      print: (text, value) => process.stdout.write(json ? `${JSON.stringify(value)}\n` : text()),
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new Error(`${error.message}${reachHint(error, server, namespace)}`);
  } finally {
    await client.close();
  }
}
