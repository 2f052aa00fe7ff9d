import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ensurePythonEnvironment } from '../../../src/cli/python/environment.ts';
import { ensureTrainingEnvironment } from '../../../src/cli/python/training-environment.ts';

/** Plays Python: answers the probe, makes an environment out of a copy of itself, and pip only writes down its call. */
const FAKE = `#!/bin/sh
here=$(dirname "$0")
case "$*" in
  *json.dumps*) echo '{"version":[3,12],"pip":[24,0],"ensurepip":true,"venv":true}' ;;
  *"-m venv"*) for last; do :; done; mkdir -p "$last/bin"; cp "$0" "$last/bin/python3" ;;
  *"-m pip"*)
    echo "$@" >> "$FAKE_STATE/calls"
    echo "Collecting jax==1.0"
    echo "  Downloading jax-1.0-py3-none-any.whl (3 MB)"
    if [ -e "$FAKE_STATE/no-network" ]; then echo "NewConnectionError: no route" >&2; exit 1; fi ;;
  *purelib*) echo "$here" ;;
  *find_spec*) [ ! -e "$here/broken" ] ;;
  *import*) [ ! -e "$FAKE_STATE/no-avx" ] || { echo "Illegal instruction" >&2; exit 132; } ;;
esac
`;

let state: string;
const lines: string[] = [];
const saved = { ...process.env };

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'armature-python-'));
  lines.length = 0;
  const python = join(state, 'python3');
  writeFileSync(python, FAKE);
  chmodSync(python, 0o755);
  Object.assign(process.env, { ARMATURE_PYTHON: python, FAKE_STATE: state });
});

afterEach(() => {
  process.env = { ...saved };
  rmSync(state, { recursive: true });
});

const ensure = (requirements = 'jax==1.0\n') =>
  ensurePythonEnvironment({
    requirements,
    oldest: [3, 11],
    modules: ['jax'],
    log: (line) => lines.push(line),
    cache: join(state, 'cache'),
  });
const installations = () =>
  existsSync(join(state, 'calls')) ? readFileSync(join(state, 'calls'), 'utf8').trim().split('\n').length : 0;
const plant = (name: string) => writeFileSync(join(state, name), '');

test('is made once, with a line for each package, and then found', async () => {
  const first = await ensure();
  expect(existsSync(join(first.folder, 'downloads'))).toBe(false);
  expect(lines).toContain('jax 1.0, 3 MB');
  lines.length = 0;
  expect(await ensure()).toEqual(first);
  expect({ installations: installations(), lines }).toEqual({ installations: 1, lines: [] });
  expect(readFileSync(join(state, 'calls'), 'utf8')).toContain('--no-deps');
});

test('two at once make one', async () => {
  const [one, two] = await Promise.all([ensure(), ensure()]);
  expect(one).toEqual(two);
  expect(installations()).toBe(1);
});

test('other requirements, another environment', async () => {
  expect((await ensure()).folder).not.toBe((await ensure('jax==2.0\n')).folder);
});

test('one that was left half-made is made anew, as is one whose Python has changed under it', async () => {
  plant('no-network');
  await expect(ensure()).rejects.toThrow(/Python Package Index cannot be reached.*HTTPS_PROXY.*no route/s);
  rmSync(join(state, 'no-network'));
  const { folder } = await ensure();
  expect(installations()).toBe(2);
  writeFileSync(join(folder, 'bin', 'broken'), '');
  await ensure();
  expect(installations()).toBe(3);
  expect(existsSync(join(folder, 'bin', 'broken'))).toBe(false);
});

test('packages that do not run on this machine are refused, and not taken for whole the next time', async () => {
  plant('no-avx');
  await expect(ensure()).rejects.toThrow(/do not run on this machine.*Illegal instruction/s);
  await expect(ensure()).rejects.toThrow('do not run on this machine');
  expect(installations()).toBe(2);
});

test('what is to run at its start stands among its packages, and tells it from another', async () => {
  const options = {
    requirements: '',
    oldest: [3, 11],
    modules: [],
    log: () => {},
    cache: join(state, 'cache'),
  } as const;
  const { folder } = await ensurePythonEnvironment({ ...options, startup: 'print(1)\n' });
  expect(readFileSync(join(folder, 'bin', 'armature_startup.py'), 'utf8')).toBe('print(1)\n');
  expect(readFileSync(join(folder, 'bin', 'armature_startup.pth'), 'utf8')).toBe('import armature_startup\n');
  expect((await ensurePythonEnvironment(options)).folder).not.toBe(folder);
});

test('the training environment takes the packages of the example’s image', async () => {
  process.env.ARMATURE_CACHE = join(state, 'cache');
  const { folder } = await ensureTrainingEnvironment(() => {});
  const requirements = readFileSync(join(import.meta.dirname, '../../../images/training-jax/requirements.txt'), 'utf8');
  expect(readFileSync(join(folder, 'requirements.txt'), 'utf8')).toBe(requirements);
});
