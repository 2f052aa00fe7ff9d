import { join } from 'node:path';
import type { ImageRule } from './image-map.ts';

/** Variables of this machine that every container gets; the rest stays private. */
const HANDED_ON = [
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];

/** What a container finds in its environment before its own variables, as an image would bring it. */
export function baseEnv(
  { venv, path, env }: ImageRule,
  machine: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of HANDED_ON) {
    const value = machine[name];
    if (value !== undefined) variables[name] = value;
  }
  const first = venv ? join(venv, 'bin') : path;
  variables.PATH = [first, machine.PATH].filter(Boolean).join(':');
  if (venv) variables.VIRTUAL_ENV = venv;
  return { ...variables, ...env };
}
