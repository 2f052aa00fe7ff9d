import { Command, InvalidArgumentError, Option } from 'commander';
import type { LogLevel } from '../runtime/log.ts';
import type { EmbeddedPlatform } from './embedded-platform.ts';

interface Flags {
  readonly data?: string;
  readonly port?: number;
  readonly kubeconfig?: string;
  readonly images?: string;
  readonly json?: boolean;
  readonly controller: boolean;
  readonly logLevel: LogLevel;
}

/** `armature up`: the platform embedded in one process on this machine. */
export function upCommand(): Command {
  return new Command('up')
    .description("the platform in one process on this machine, without Kubernetes or Docker; for one person's use")
    .option('--data <dir>', 'keep objects, logs and volumes here (default: a temporary folder, removed at the end)')
    .option(
      '--port <number>',
      'port of 127.0.0.1 for the API (default: that of the last time, else one that is free)',
      port,
    )
    .option('--kubeconfig <file>', 'write the kubeconfig here (default: kubeconfig in the data folder)')
    .option('--images <file>', 'how images run on this machine (default: every image is the machine itself)')
    .option('--no-controller', 'leave the controllers out, to run "armature controller" beside it')
    .option('--json', 'print where it runs as one JSON line on stdout')
    .addOption(
      new Option('--log-level <level>', 'how much is logged on stderr')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('warn'),
    )
    .action(up);
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('it must be a port number, or 0 for one that is free.');
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function up(flags: Flags): Promise<void> {
  const asked = signalled();
  const [{ startEmbeddedPlatform }, { jsonLogger }] = await Promise.all([
    import('./embedded-platform.ts'),
    import('../runtime/log.ts'),
  ]);
  const { data, port: wanted, kubeconfig, images, controller, logLevel } = flags;
  const platform = await startEmbeddedPlatform({
    log: jsonLogger(logLevel),
    controller,
    ...(data && { dataDir: data }),
    ...(wanted !== undefined && { port: wanted }),
    ...(kubeconfig && { kubeconfig }),
    ...(images && { images }),
  });
  process.stdout.write(flags.json ? `${JSON.stringify(facts(platform))}\n` : greeting(platform, flags));
  const signal = await asked;
  if (!flags.json) process.stdout.write(`${signal}: ending the pods' processes and the platform\n`);
  await platform.stop();
  process.exit(0);
}

/** The first signal is an orderly end; a second one ends at once. */
function signalled(): Promise<string> {
  return new Promise((resolve) => {
    let before = false;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (before) process.exit(130);
        before = true;
        resolve(signal);
      });
    }
  });
}

const facts = ({ kubeconfig, server, dataDir }: EmbeddedPlatform): object => ({
  ok: true,
  kubeconfig,
  server,
  dataDir,
  pid: process.pid,
});

function greeting({ kubeconfig, server, dataDir }: EmbeddedPlatform, { data, controller }: Flags): string {
  const kept = data ? `is kept in ${dataDir}` : 'is gone when it ends; --data DIR keeps it';
  return [
    `the platform runs at ${server}, in this process`,
    '',
    `  export KUBECONFIG=${kubeconfig}`,
    '  kubectl get pytorchjobs,jaxjobs,pods -w',
    '  kubectl apply -f JOB.yaml',
    '  kubectl logs -f POD',
    ...(controller ? [] : [`  armature controller --kubeconfig ${kubeconfig}`]),
    '',
    `What you make ${kept}.`,
    "It is for one person's machine: pods are processes of your own user without isolation, and only this machine reaches",
    'it. For other people, or more than one machine, apply the same manifests to a Kubernetes cluster.',
    'Ctrl-C ends it, and all processes of pods.',
    '',
  ].join('\n');
}
