import { describe, expect, test } from '@jest/globals';
import { parseLdd } from '../../scripts/images/libraries.ts';

describe('what ldd prints', () => {
  test('is read line by line: found, missing, the loader; not what the kernel provides', () => {
    const output = [
      '\tlinux-vdso.so.1 (0x00007ffd)',
      '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007fb9)',
      '\tlibatomic.so.1 => not found',
      '\t/lib64/ld-linux-x86-64.so.2 (0x00007fb9)',
    ].join('\n');
    expect(parseLdd(output)).toEqual([
      { name: 'libm.so.6', path: '/lib/x86_64-linux-gnu/libm.so.6' },
      { name: 'libatomic.so.1' },
      { name: '/lib64/ld-linux-x86-64.so.2', path: '/lib64/ld-linux-x86-64.so.2' },
    ]);
  });
});
