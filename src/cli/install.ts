import { Command, InvalidArgumentError } from 'commander';
import { stderrLog } from '../runtime/progress.ts';

interface Flags {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly timeout: number;
  readonly json?: boolean;
}

/** `armature install`: applies a synthesized platform in the right order, waits until it runs, and reports. */
export function installCommand(): Command {
  return new Command('install')
    .description('apply a synthesized platform in the right order, wait until it runs, and report')
    .argument('[path]', 'a file, or a folder whose YAML files are applied in the order of their names', 'dist')
    .option('--context <name>', "context of the kubeconfig; default: the file's current one")
    .option('--kubeconfig <file>', 'default: $KUBECONFIG, else ~/.kube/config')
    .option('--timeout <seconds>', 'for each thing that is waited for', seconds, 120)
    .option('--json', 'print the result as one JSON line on stdout')
    .action(install);
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('give a positive number of seconds');
  return value;
}

async function install(path: string, flags: Flags): Promise<void> {
  const [{ readManifests }, { connect }, { installObjects }, { explainNamespaces }] = await Promise.all([
    import('./manifest-files.ts'),
    import('./connect.ts'),
    import('./install-objects.ts'),
    import('./explain-pods.ts'),
  ]);
  const started = Date.now();
  const objects = readManifests(path);
  const client = await connect(flags);
  stderrLog(`installing ${objects.length} objects from ${path}`);
  try {
    const installed = await installObjects(client, objects, { log: stderrLog, timeoutMs: flags.timeout * 1000 });
    const took = (Date.now() - started) / 1000;
    if (flags.json) process.stdout.write(`${JSON.stringify({ ok: true, objects: installed.length, seconds: took })}\n`);
    else
      process.stdout.write(
        `installed ${installed.length} objects in ${took.toFixed(1)} s; every Deployment is available\n`,
      );
  } catch (error) {
    const namespaces = [
      ...new Set(
        objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.namespace ?? 'default'),
      ),
    ];
    for (const line of await explainNamespaces(client, namespaces).catch(() => [])) stderrLog(`  ${line}`);
    if (flags.json) process.stdout.write(`${JSON.stringify({ ok: false, error: (error as Error).message })}\n`);
    throw error;
  } finally {
    await client.close();
  }
}
