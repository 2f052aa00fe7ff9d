import { describe, expect, test } from '@jest/globals';
import { cgroupMounts } from '../../src/cluster/cgroups.ts';
import { networkOf, pickSubnet, usedSubnets } from '../../src/cluster/layout.ts';
import { cacheDir, checkSocketLength, clusterPaths, stateDir } from '../../src/cluster/paths.ts';

const ROUTES = `Iface\tDestination\tGateway\tFlags
eth0\t00000000\t010200C0\t0003
arm1\t0000B40A\t02FFB40A\t0003
eth0\t000200C0\t00000000\t0001
`;

describe('networks', () => {
  test('a network that a route or an interface uses is passed over', () => {
    const used = usedSubnets(ROUTES, ['127.0.0.1', '10.181.0.1', '192.168.182.1']);
    expect([...used].sort()).toEqual([180, 181]);
    expect(pickSubnet(used)).toBe(182);
  });

  test('when none is left, says how to free one', () => {
    const all = new Set(Array.from({ length: 256 }, (_, index) => index));
    expect(() => pickSubnet(all)).toThrow(/cluster down/);
  });

  test('link names fit the kernel and differ between clusters', () => {
    const one = networkOf({ name: 'a'.repeat(30), subnet: 180 });
    const other = networkOf({ name: `${'a'.repeat(29)}b`, subnet: 181 });
    expect(one.link.length).toBeLessThanOrEqual(15);
    expect(one.link).not.toBe(other.link);
    expect(one.kubernetesService).toBe('10.180.32.1');
  });
});

describe('folders', () => {
  test('follow the environment', () => {
    expect(cacheDir({ ARMATURE_CACHE: '/c' })).toBe('/c');
    expect(cacheDir({ XDG_CACHE_HOME: '/x' })).toBe('/x/armature');
    expect(stateDir({ XDG_STATE_HOME: '/s' })).toBe('/s/armature/clusters');
  });

  test('a socket path the kernel would cut is refused', () => {
    expect(() => checkSocketLength(clusterPaths('a', '/s'))).not.toThrow();
    expect(() => checkSocketLength(clusterPaths('a', `/${'s'.repeat(100)}`))).toThrow(/ARMATURE_STATE/);
  });
});

test('control group trees of both versions are found', () => {
  const mountinfo = [
    '25 20 0:22 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755',
    '26 25 0:23 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw',
    '27 25 0:24 / /sys/fs/cgroup/cpu rw,nosuid shared:10 - cgroup cgroup rw,cpu',
  ].join('\n');
  expect(cgroupMounts(mountinfo)).toEqual(['/sys/fs/cgroup/unified', '/sys/fs/cgroup/cpu']);
});
