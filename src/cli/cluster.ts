/** `armature cluster ...`: a real Kubernetes on this machine. */

import { Command } from 'commander';
import {
  type ClusterStatus,
  clusterDown,
  clusterNames,
  clusterStatus,
  clusterUp,
  loadImage,
} from '../cluster/index.ts';
import { stderrLog } from '../runtime/progress.ts';

interface NameOption {
  readonly name: string;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** The `cluster` group of subcommands. */
export function clusterCommand(): Command {
  const group = new Command('cluster').description(
    'a real Kubernetes on this machine, for tests and for trying things',
  );
  const add = (usage: string, description: string) =>
    group.command(usage).description(description).option('--name <name>', 'name of the cluster', 'armature');

  add('up', 'bring the cluster up; quick when it is up already')
    .option('--nodes <nodes>', 'real, fake:K, or real,fake:K', 'real')
    .option('--tuned', 'lift the client limits of scheduler, controller manager and kwok, for benches', false)
    .option('--feature-gates <names>', 'turn these on in every component, separated by commas', names, [])
    .option('--apis <versions>', 'serve these besides the usual ones, such as scheduling.k8s.io/v1alpha2', names, [])
    .option('--json', 'print what was brought up as one line of JSON', false)
    .action(up);
  add('down', 'take the cluster down and leave nothing behind').action(async ({ name }: NameOption) => {
    await clusterDown(name);
    stderrLog(`cluster ${name} is gone`);
  });
  add('status', 'tell which components run')
    .option('--json', 'print the status as one line of JSON', false)
    .action(status);
  add('load <image.tar>', 'import an image (OCI layout or docker save) into the real node').action(
    async (tar: string, { name }: NameOption) => {
      await loadImage(name, tar);
      stderrLog(`loaded ${tar} into cluster ${name}`);
    },
  );
  add('kubeconfig', "print the path of the administrator's kubeconfig").action(async ({ name }: NameOption) => {
    const { info } = await clusterStatus(name);
    if (!info) throw new Error(`there is no cluster ${name}: bring it up with "armature cluster up --name ${name}"`);
    print(info.kubeconfig);
  });
  group
    .command('list')
    .description('name the clusters that there are, and tell whether they run')
    .action(async () => {
      for (const name of await clusterNames()) print(summary(await clusterStatus(name)));
    });
  return group;
}

interface UpOptions extends NameOption {
  readonly nodes: string;
  readonly tuned: boolean;
  readonly featureGates: readonly string[];
  readonly apis: readonly string[];
  readonly json: boolean;
}

const names = (text: string): readonly string[] => text.split(',').map((name) => name.trim());

async function up({ json, ...options }: UpOptions): Promise<void> {
  const info = await clusterUp({ ...options, log: stderrLog });
  if (json) return print(JSON.stringify(info));
  print(`cluster ${info.name} is up at ${info.server}`);
  print(`audit log: ${info.auditLog}`);
  print(`to use it: export KUBECONFIG=${info.kubeconfig}`);
}

async function status({ name, json }: NameOption & { json: boolean }): Promise<void> {
  const found = await clusterStatus(name);
  if (json) return print(JSON.stringify(found));
  if (!found.exists) return print(`cluster ${name}: none`);
  print(summary(found));
  for (const [component, state] of Object.entries(found.components)) print(`  ${component}: ${state}`);
}

function summary({ name, nodes, exists, running }: ClusterStatus): string {
  if (!exists) return `cluster ${name}: not brought up to the end`;
  return `cluster ${name} (nodes ${nodes}): ${running ? 'running' : 'not running'}`;
}
