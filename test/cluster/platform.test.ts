import { afterEach, expect, jest, test } from '@jest/globals';
import { requirePlatform } from '../../src/cluster/platform.ts';

const platform = Object.getOwnPropertyDescriptor(process, 'platform')!;
const environment = { ...process.env };

afterEach(() => {
  Object.defineProperty(process, 'platform', platform);
  process.env = { ...environment };
  jest.restoreAllMocks();
});

const pretend = (name: string, uid: number) => {
  Object.defineProperty(process, 'platform', { ...platform, value: name });
  jest.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(uid);
};

test('anything but Linux is told what to do instead', async () => {
  pretend('darwin', 0);
  await expect(requirePlatform({ real: false, fake: 1 })).rejects.toThrow(/--context NAME.*kind and Docker/);
});

test('a real node without root is told what to do instead, fake nodes need none', async () => {
  pretend('linux', 1000);
  await expect(requirePlatform({ real: true, fake: 0 })).rejects.toThrow(/run as root, use --nodes fake:K/);
  await expect(requirePlatform({ real: false, fake: 1 })).resolves.toBeUndefined();
});

test('folders that a real node hides are refused', async () => {
  pretend('linux', 0);
  process.env.ARMATURE_CACHE = '/var/lib/cache';
  process.env.ARMATURE_STATE = '/srv/state';
  await expect(requirePlatform({ real: true, fake: 0 })).rejects.toThrow(/set ARMATURE_CACHE/);
  process.env.ARMATURE_CACHE = '/srv/cache';
  await expect(requirePlatform({ real: true, fake: 0 })).resolves.toBeUndefined();
});
