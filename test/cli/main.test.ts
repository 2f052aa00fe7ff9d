import { describe, expect, test } from '@jest/globals';
import { programFor } from '../../src/cli/main.ts';

const names = async (...args: string[]) => (await programFor(args)).commands.map((command) => command.name());

describe('armature', () => {
  test('loads the subcommand that is named, and no other', async () => {
    expect(await names('preview', 'dist', '--json')).toEqual(['preview']);
    expect(await names('help', 'crds')).toEqual(['crds']);
  });

  test('lists every subcommand with its summary when none is named', async () => {
    expect(await names('--help')).toEqual(expect.arrayContaining(['cluster', 'controller', 'crds', 'preview']));
    expect((await programFor([])).commands.every((command) => command.description() !== '')).toBe(true);
  });
});
