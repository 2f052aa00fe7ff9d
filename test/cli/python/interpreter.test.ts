import { expect, test } from '@jest/globals';
import { findInterpreter, type Interpreter, pipSource, whatIsMissing } from '../../../src/cli/python/interpreter.ts';

const python = (more: Partial<Interpreter> = {}): Interpreter => ({
  program: 'python3',
  version: [3, 12],
  pip: [24, 0],
  ensurepip: true,
  venv: true,
  ...more,
});
const { pip: _, ...withoutPip } = python();

test.each<[string, Interpreter, ReturnType<typeof pipSource>]>([
  ['its own pip reaches into the environment', python(), 'outside'],
  ['an older pip does not', python({ pip: [22, 2] }), 'inside'],
  ['no pip, but ensurepip', withoutPip, 'inside'],
  ['neither', { ...withoutPip, ensurepip: false }, undefined],
  ['no venv', python({ venv: false }), undefined],
])('%s', (_what, interpreter, source) => expect(pipSource(interpreter)).toBe(source));

test('says what to install', () => {
  expect(whatIsMissing(['python3'], [], [3, 11])).toMatch(
    /Python 3\.11 or newer .* none of python3 runs.*apt-get install/,
  );
  expect(whatIsMissing(['python3'], [python({ version: [3, 9] })], [3, 11])).toContain('python3 is 3.9');
  expect(whatIsMissing(['python3'], [{ ...withoutPip, ensurepip: false }], [3, 11])).toContain(
    'apt-get install python3-venv',
  );
});

test('takes the Python that ARMATURE_PYTHON names, and no other', async () => {
  await expect(findInterpreter([3, 11], { ARMATURE_PYTHON: '/nowhere/python3' })).rejects.toThrow('/nowhere/python3');
});
