#!/usr/bin/env node
import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };

interface Subcommand {
  readonly summary: string;
  /** Loads the subcommand's module: only the one that runs is ever loaded. */
  readonly load: () => Promise<Command>;
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  check: {
    summary: 'what a cluster would refuse in manifests or could never run, offline',
    load: async () => (await import('./check.ts')).checkCommand(),
  },
  cluster: {
    summary: 'a local real Kubernetes',
    load: async () => (await import('./cluster.ts')).clusterCommand(),
  },
  controller: {
    summary: 'run the controller, in or out of a cluster',
    load: async () => (await import('./controller.ts')).controllerCommand(),
  },
  crds: {
    summary: 'print the CustomResourceDefinitions',
    load: async () => (await import('./crds.ts')).crdsCommand(),
  },
  install: {
    summary: 'apply a synthesized platform in the right order and wait until it runs',
    load: async () => (await import('./install.ts')).installCommand(),
  },
  preview: {
    summary: 'what the controller would create for manifests, offline',
    load: async () => (await import('./preview.ts')).previewCommand(),
  },
  simulate: {
    summary: 'how jobs and queues would run on given node pools, offline',
    load: async () => (await import('./simulate.ts')).simulateCommand(),
  },
  train: {
    summary: 'submit, list, follow, stop and resume training jobs',
    load: async () => (await import('./train.ts')).trainCommands(),
  },
  up: {
    summary: 'the platform in one process on this machine, without Kubernetes or Docker',
    load: async () => (await import('./up.ts')).upCommand(),
  },
};

/** The `armature` program with the subcommand that `args` name, or with the list of all when they name none. */
export async function programFor(args: readonly string[]): Promise<Command> {
  const program = new Command('armature').description(manifest.description).version(manifest.version);
  const named = args.find((arg) => !arg.startsWith('-'));
  const only = named === 'help' ? args[args.indexOf(named) + 1] : named;
  const wanted = only === undefined ? undefined : SUBCOMMANDS[only];
  if (wanted) return program.addCommand(await wanted.load());
  for (const [name, { summary }] of Object.entries(SUBCOMMANDS)) program.command(name).description(summary);
  return program;
}

if (import.meta.main) {
  // A reader that has seen enough, such as head, ends us without a word.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  const args = process.argv.slice(2);
  const program = await programFor(args);
  await program.parseAsync(args, { from: 'user' }).catch((error: unknown) => {
    process.stderr.write(`armature: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
