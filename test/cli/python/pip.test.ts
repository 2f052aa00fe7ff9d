import { expect, test } from '@jest/globals';
import { explainPip, packageIn } from '../../../src/cli/python/pip.ts';

test.each([
  ['  Downloading jaxlib-0.10.2-cp311-cp311-manylinux_2_27_x86_64.whl (85.4 MB)', 'jaxlib 0.10.2, 85.4 MB'],
  ['  Downloading ml_dtypes-0.6.0-cp311-cp311-macosx_11_0_arm64.whl (412 kB)', 'ml-dtypes 0.6.0, 412 kB'],
  ['Downloading https://pypi.example/simple/opt_einsum-3.4.0-py3-none-any.whl (71 kB)', 'opt-einsum 3.4.0, 71 kB'],
  ['  Using cached numpy-2.4.6-cp311-cp311-linux_x86_64.whl (16.9 MB)', 'numpy 2.4.6, already downloaded'],
  ['  Downloading old-1.0.tar.gz (3 kB)', 'old 1.0, 3 kB'],
  ['Collecting jax==0.10.2 (from -r requirements.txt (line 5))', undefined],
  ['Installing collected packages: numpy, jaxlib, jax', undefined],
])('%s', (line, told) => expect(packageIn(line)).toBe(told));

test.each([
  [
    "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError'\nERROR: No matching distribution found",
    'cannot be reached',
  ],
  ['socket.gaierror: [Errno -3] Temporary failure in name resolution', 'cannot be reached'],
  [
    'ERROR: Could not find a version that satisfies the requirement jaxlib (from versions: 0.4)\nERROR: No matching distribution found for jaxlib',
    'name another Python',
  ],
  ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device', 'free some space'],
  ['something else', 'what it said stands below'],
])('%s is explained', (output, mend) => expect(explainPip(output)).toContain(mend));
