import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kubectlPath } from '../support/kubectl.ts';
import { kubeflowTraining } from '../support/kubeflow-training.ts';
import { noContainers, testUnless } from '../support/test-unless.ts';
import { noTrainingPackages } from '../support/training-packages.ts';
import { UserCommand } from '../support/user-command.ts';

const MINUTES = 60_000;
const ROOT = join(import.meta.dirname, '..', '..');
/** Files that the commands read; the rest of a checkout is left out. */
const CHECKOUT = [
  'package.json',
  'package-lock.json',
  'cdk8s.yaml',
  'tsconfig.json',
  'src',
  'scripts',
  'images',
  'imports',
  'crds',
];
const STAYS = '# stays until Ctrl-C';

interface Block {
  readonly language: string;
  readonly text: string;
}

const page = readFileSync(join(ROOT, 'docs', 'local.md'), 'utf8');
/** By section, what stands between fences. */
const sections = new Map(
  page
    .split(/^## /m)
    .map((section): [string, Block[]] => [
      section.split('\n', 1)[0] ?? '',
      [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language = '', text = '']) => ({ language, text })),
    ]),
);
const run = new Set<string>();
const folder = mkdtempSync(join(tmpdir(), 'local-doc-'));
const staying: UserCommand[] = [];
let exported = '';
let path = '';

function blocks(section: string, language: string): string[] {
  const found = (sections.get(section) ?? []).filter((block) => block.language === language);
  if (found.length === 0) throw new Error(`docs/local.md has no ${language} in its section "${section}"`);
  return found.map(({ text }) => text);
}

const environment = () => ({ PATH: path, TMPDIR: join(folder, 'tmp'), ARMATURE_STATE: join(folder, 'state') });

/** Does what a block of commands says; what it exports holds from there on. Resolves to what it printed. */
async function type(block: string): Promise<string> {
  run.add(block);
  if (block.includes(STAYS)) {
    const command = new UserCommand(block.replace(STAYS, '').trim(), environment(), folder);
    staying.push(command);
    await command.says(/the platform runs (at|on)/);
    return command.said;
  }
  const said = await shell(`set -e\n${exported}${block}`);
  exported += [...block.matchAll(/^export .*\n/gm)].join('');
  return said;
}

function shell(script: string): Promise<string> {
  const env = { ...process.env, ...environment(), NODE_OPTIONS: '' };
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', script], { cwd: folder, env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${script}\nfailed: ${(stdout + stderr).slice(-4000)}`));
      else resolve(stdout + stderr);
    });
  });
}

async function leave(): Promise<void> {
  for (const command of staying.splice(0)) {
    command.interrupt();
    await command.ended;
  }
}

beforeAll(async () => {
  for (const name of CHECKOUT) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  for (const name of ['bin', 'tmp']) mkdirSync(join(folder, name));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(await kubectlPath(), join(folder, 'bin', 'kubectl'));
  path = [join(folder, 'bin'), dirname(await kubeflowTraining()), process.env.PATH].join(':');
}, 20 * MINUTES);

afterAll(async () => {
  await leave();
  await shell('npm run --silent armature -- cluster down --name laptop').catch(() => {});
  rmSync(folder, { recursive: true, force: true });
}, 5 * MINUTES);

const trains = testUnless(await noTrainingPackages());
const live = testUnless(noContainers());

describe('docs/local.md does what it says', () => {
  trains(
    'a first model',
    async () => {
      const [first = '', kept = ''] = blocks('A first model', 'sh');
      expect(await type(first)).toMatch(/accuracy 0\.9\d+ on digits nobody trained on/);
      expect(await type(kept)).toContain('export KUBECONFIG=');
      await leave();
    },
    10 * MINUTES,
  );

  test(
    'a job of your own, on the embedded platform, with kubectl and with the Python client',
    async () => {
      const own = 'A platform and a job of your own';
      writeFileSync(join(folder, 'src', 'stacks', 'first.ts'), blocks(own, 'ts')[0] ?? '');
      expect(await type(blocks(own, 'sh')[0] ?? '')).toContain('hello-worker-0');
      const embedded = 'On the embedded platform';
      writeFileSync(join(folder, 'images.yaml'), blocks(embedded, 'yaml')[0] ?? '');
      writeFileSync(join(folder, 'ask.py'), blocks(embedded, 'python')[0] ?? '');
      const [up = '', kubectl = '', python = ''] = blocks(embedded, 'sh');
      await type(up);
      expect(await type(kubectl)).toMatch(/rank 0 of 2 meets at hello-master-0/);
      const asked = await type(python);
      expect(asked).toContain("['hello']");
      expect(asked).toMatch(/rank 0 of 2 meets at hello-master-0/);
      await leave();
    },
    5 * MINUTES,
  );

  live(
    'the same file on a Kubernetes on this machine, and by context',
    async () => {
      const [install = '', quickstart = ''] = blocks('On a Kubernetes on this machine', 'sh');
      expect(await type(install)).toMatch(/rank 0 of 2 meets at hello-master-0/);
      const [byContext = '', down = ''] = blocks('On your cluster', 'sh');
      expect(await type(byContext)).toMatch(/installed \d+ objects/);
      await type(down);
      expect(await type(quickstart)).toMatch(/accuracy 0\.9\d+ on digits nobody trained on/);
      const commands = [...sections.values()].flat().filter(({ language }) => language === 'sh');
      expect(commands.map(({ text }) => text).filter((text) => !run.has(text))).toEqual([]);
    },
    20 * MINUTES,
  );
});
