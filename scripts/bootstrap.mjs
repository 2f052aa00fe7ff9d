// First step of every npm script. Runs on Node 20 straight after a clone, needs no package, installs what is missing
// (npm packages with Node 24 among them, Debian packages where root) and then runs the given script with Node 24.
// Everything it says goes to stderr, so that a script's stdout (`--json`) stays its own.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node24 = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

/** Debian packages by the file that shows they are there. */
const CLUSTER_PACKAGES = {
  containerd: ['containerd'],
  runc: ['runc'],
  'containernetworking-plugins': ['/usr/lib/cni/bridge'],
  iptables: ['iptables'],
  conntrack: ['conntrack'],
  iproute2: ['ip'],
};
const IMAGE_PACKAGES = { mmdebstrap: ['mmdebstrap'] };

/** What a task needs beyond npm packages. Tasks that are not listed need nothing. */
const NEEDS = {
  'scripts/quickstart.ts': { go: true, debian: { ...CLUSTER_PACKAGES, ...IMAGE_PACKAGES } },
  'scripts/test.ts': { go: true, debian: { ...CLUSTER_PACKAGES, ...IMAGE_PACKAGES } },
  'bench/main.ts': { go: true, debian: CLUSTER_PACKAGES },
};

const say = (text) => process.stderr.write(`bootstrap: ${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

/** Whether `name` is an executable on PATH (or, with a slash, a file that exists). */
function has(name) {
  if (name.includes('/')) return existsSync(name);
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/go/bin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a command, saying every ten seconds that it still runs; its output is shown only when it fails. */
function run(title, command, args, env = {}) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  say(`${title} (${command} ${args.join(' ')})`);
  return new Promise((done, refuse) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-2000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const ticker = setInterval(() => {
      const last = output.trimEnd().split('\n').at(-1) ?? '';
      say(`  … still ${title}, ${seconds()}${last ? `: ${last.slice(0, 100)}` : ''}`);
    }, 10_000);
    child.on('error', (error) => {
      clearInterval(ticker);
      refuse(error);
    });
    child.on('close', (code) => {
      clearInterval(ticker);
      if (code === 0) {
        say(`  done in ${seconds()}`);
        return done();
      }
      refuse(new Error(`${command} ${args[0]} ended with code ${code}:\n${output.trimEnd()}`));
    });
  });
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Whether node_modules holds exactly the versions that package-lock.json asks for; `npm ci` and `npm i` keep the record. */
function packagesAreCurrent() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(node24) || !existsSync(record)) return false;
  const installed = readJson(record).packages;
  return Object.entries(readJson(join(root, 'package-lock.json')).packages).every(
    ([path, wanted]) => path === '' || wanted.optional || wanted.link || installed[path]?.version === wanted.version,
  );
}

async function installNpmPackages() {
  if (!existsSync(join(root, 'package-lock.json'))) {
    fail('package-lock.json is missing; restore it (git checkout package-lock.json) and try again.');
  }
  if (packagesAreCurrent()) return;
  // Not `npm ci`: it refuses a lock file that lacks the builds of native packages for other platforms, which a registry
  // may not offer. `--no-save` keeps to the locked versions and leaves the lock file as it is.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('installing npm packages, Node 24 among them', 'npm', args);
  if (!existsSync(node24)) {
    fail(
      'npm install went through, but left no Node 24. Are install scripts switched off (npm config get ignore-scripts)?',
    );
  }
}

async function installDebianPackages(wanted) {
  const missing = Object.keys(wanted).filter((name) => !wanted[name].every(has));
  if (missing.length === 0) return;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !has('apt-get')) {
    say(
      `not installed here: ${missing.join(', ')}. They need root on Debian; what depends on them is skipped or refused.`,
    );
    return;
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('refreshing the list of Debian packages', 'apt-get', ['update', '-qq'], env);
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...missing];
  await run(`installing Debian packages ${missing.join(', ')}`, 'apt-get', install, env);
}

/** Whether a task brings up a Kubernetes: not one that is pointed at an existing cluster, nor the quickstart unasked. */
const bringsUpCluster = (script, args) =>
  script === 'scripts/quickstart.ts'
    ? args.includes('--cluster')
    : !args.some((arg) => arg === '--context' || arg.startsWith('--context='));

function needsOf(script, args) {
  if (script === 'src/cli/main.ts')
    return args[0] === 'cluster' && args[1] === 'up' ? { go: true, debian: CLUSTER_PACKAGES } : {};
  return bringsUpCluster(script, args) ? (NEEDS[script] ?? {}) : {};
}

/** npm hands a signal to the shell that it starts us with, and some shells end without passing it on. */
function onParentsEnd(act) {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    act();
  }, 500);
  look.unref();
}

function runScript(script, args) {
  const bin = join(root, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(node24, [resolve(root, script), ...args], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  if (process.env.npm_lifecycle_event) onParentsEnd(() => child.kill('SIGTERM'));
  child.on('error', (error) => fail(`cannot start ${node24}: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

const [script, ...args] = process.argv.slice(2);
if (!script) fail('usage: node scripts/bootstrap.mjs SCRIPT [ARGUMENT…]');
if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(
    `Node ${process.versions.node} is too old. Install Node 20 or newer (https://nodejs.org), then run the command again.`,
  );
}
try {
  await installNpmPackages();
  const needs = needsOf(script, args);
  if (needs.go && !has('go')) {
    say(
      'Go is missing: Kubernetes is built from its Go modules. Install Go 1.26 or newer (https://go.dev/dl), or point the command at an existing cluster with --context NAME.',
    );
    if (script === 'scripts/quickstart.ts') process.exit(1);
  }
  await installDebianPackages(needs.debian ?? {});
} catch (error) {
  fail(`${error.message}\nMend that, then run the command again; it goes on where it stopped.`);
}
runScript(script, args);
