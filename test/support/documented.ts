import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kubectlPath } from './kubectl.ts';
import { UserCommand } from './user-command.ts';

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
  'docs',
];

interface Block {
  readonly language: string;
  readonly text: string;
}

/** A page of the documentation whose commands are typed as a reader types them, in a checkout of their own. */
export class DocumentedPage {
  /** The checkout. */
  readonly folder: string;
  readonly #page: string;
  readonly #sections: ReadonlyMap<string, readonly Block[]>;
  readonly #typed = new Set<string>();
  readonly #staying: UserCommand[] = [];
  #exported = '';
  #path = process.env.PATH ?? '';

  /** @param page - below docs/, such as `local.md` */
  constructor(page: string) {
    this.#page = page;
    this.folder = mkdtempSync(join(tmpdir(), `${page.replace(/\W+/g, '-')}-`));
    this.#sections = sectionsOf(readFileSync(join(ROOT, 'docs', page), 'utf8'));
  }

  /** Makes the checkout; `programs` are folders of further programs that a reader has. */
  async prepare(programs: readonly string[] = []): Promise<void> {
    for (const name of CHECKOUT) cpSync(join(ROOT, name), join(this.folder, name), { recursive: true });
    for (const name of ['bin', 'tmp']) mkdirSync(join(this.folder, name));
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
    const kubectl = await kubectlPath();
    symlinkSync(kubectl, join(this.folder, 'bin', 'kubectl'));
    this.#path = [join(this.folder, 'bin'), ...programs, dirname(process.execPath), process.env.PATH].join(':');
  }

  /** What stands between fences in a section, in this language. */
  blocks(section: string, language: string): string[] {
    const found = (this.#sections.get(section) ?? []).filter((block) => block.language === language);
    if (found.length === 0) throw new Error(`docs/${this.#page} has no ${language} in its section "${section}"`);
    return found.map(({ text }) => text);
  }

  /** Blocks of commands that were not typed yet. */
  untyped(): string[] {
    const commands = [...this.#sections.values()].flat().filter(({ language }) => language === 'sh');
    return commands.map(({ text }) => text).filter((text) => !this.#typed.has(text));
  }

  save(file: string, text = ''): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** Does what a block of commands says; what it exports holds from there on. Resolves to what it printed. */
  async type(block = ''): Promise<string> {
    this.#typed.add(block);
    const said = await this.shell(`set -e\n${this.#exported}${block}`);
    this.#exported += [...block.matchAll(/^export .*\n/gm)].join('');
    return said;
  }

  /** Types a command that stays, such as in a terminal of its own. */
  start(block = ''): UserCommand {
    this.#typed.add(block);
    const line = block.replace(/\s+#.*$/m, '').trim();
    const script = `${this.#exported}exec ${line}`.replaceAll("'", "'\\''");
    const command = new UserCommand(`bash -c '${script}'`, this.#environment(), this.folder);
    this.#staying.push(command);
    return command;
  }

  /** Ctrl-C for all that stays. */
  async leave(): Promise<void> {
    for (const command of this.#staying.splice(0).reverse()) {
      try {
        command.interrupt();
      } catch {
        // It has ended already.
      }
      await command.ended;
    }
  }

  async remove(): Promise<void> {
    await this.leave();
    rmSync(this.folder, { recursive: true, force: true });
  }

  shell(script: string): Promise<string> {
    const env = { ...process.env, ...this.#environment(), NODE_OPTIONS: '' };
    return new Promise((resolve, reject) => {
      execFile('bash', ['-c', script], { cwd: this.folder, env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
        if (error) reject(new Error(`${script}\nfailed: ${(stdout + stderr).slice(-4000)}`));
        else resolve(stdout + stderr);
      });
    });
  }

  #environment(): Record<string, string> {
    return { PATH: this.#path, TMPDIR: join(this.folder, 'tmp'), ARMATURE_STATE: join(this.folder, 'state') };
  }
}

function sectionsOf(page: string): ReadonlyMap<string, readonly Block[]> {
  return new Map(
    page
      .split(/^## /m)
      .map((section): [string, Block[]] => [
        section.split('\n', 1)[0] ?? '',
        [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language = '', text = '']) => ({ language, text })),
      ]),
  );
}
