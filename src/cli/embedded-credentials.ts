import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { kubeconfigText } from '../cluster/kubeconfig.ts';
import { newAuthority, newCertificate } from '../runtime/x509.ts';

/** How the embedded cluster proves itself, and who may use it. */
export interface EmbeddedCredentials {
  /** PEM texts. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** The owner's. */
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

const DAY_MS = 24 * 3_600_000;
const VALID_MS = 365 * DAY_MS;
const RENEW_MS = 30 * DAY_MS;

/** Those of a data folder, so that a kubeconfig outlives a restart; made when missing or almost over. */
export async function credentialsIn(dataDir: string, host: string, now: number): Promise<EmbeddedCredentials> {
  const file = join(dataDir, 'credentials.json');
  const known = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as EmbeddedCredentials,
    () => undefined,
  );
  if (known && known.notAfter > now + RENEW_MS) return known;
  const validity = { now, forMs: VALID_MS };
  const authority = newAuthority(`armature-embedded-${randomBytes(6).toString('hex')}`, validity);
  const hosts = [...new Set([host, '127.0.0.1', 'localhost'])].filter((name) => !name.includes(':'));
  const { cert, key } = newCertificate(
    authority,
    { commonName: 'armature-embedded', hosts, usages: ['server'] },
    validity,
  );
  const made = {
    ca: authority.cert,
    cert,
    key,
    token: randomBytes(32).toString('base64url'),
    notAfter: now + VALID_MS,
  };
  await writePrivate(file, JSON.stringify(made));
  return made;
}

/** Writes the way into the cluster where only its owner can read it. */
export async function writeKubeconfig(
  file: string,
  server: string,
  { ca, token }: EmbeddedCredentials,
  namespace = 'default',
): Promise<void> {
  await writePrivate(file, kubeconfigText('armature', 'owner', { server, ca, token }, namespace));
}

/** The port that a kubeconfig written here names; undefined when there is none. */
export async function portIn(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const [, port] = /^ +server: https:\/\/127\.0\.0\.1:(\d+)$/m.exec(text) ?? [];
  return port === undefined ? undefined : Number(port);
}

/** The file appears whole, and is never readable for others. */
async function writePrivate(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, text, { mode: 0o600 });
  await chmod(part, 0o600);
  await rename(part, file);
}
