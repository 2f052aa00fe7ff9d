import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadAccess } from '../../src/runtime/kubeconfig.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (name: string, content: string) => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

const config = (user: string, cluster = 'server: https://one:6443/') => `
apiVersion: v1
kind: Config
current-context: main
contexts: [{name: main, context: {cluster: c, user: u, namespace: team}}]
clusters: [{name: c, cluster: {${cluster}}}]
users: [{name: u, user: ${user}}]
`;

describe('loadAccess', () => {
  test('reads inline and file certificates, relative to the file', async () => {
    await write('ca.pem', 'CA');
    const data = Buffer.from('CERT').toString('base64');
    const user = `{client-certificate-data: ${data}, client-key-data: ${data}}`;
    const kubeconfig = await write('config', config(user, 'server: https://one, certificate-authority: ca.pem'));
    const access = await loadAccess({ kubeconfig });
    expect(access).toMatchObject({ server: 'https://one', ca: 'CA', namespace: 'team' });
    expect(await access.credentials()).toEqual({ certificate: 'CERT', key: 'CERT' });
  });

  test('reads a token from its file again when asked to renew', async () => {
    const token = await write('token', 'first\n');
    const access = await loadAccess({ kubeconfig: await write('config', config(`{tokenFile: ${token}}`)) });
    expect((await access.credentials()).token).toBe('first');
    await write('token', 'second\n');
    expect((await access.credentials()).token).toBe('first');
    expect((await access.credentials(true)).token).toBe('second');
  });

  test('runs a credential plug-in', async () => {
    const status = JSON.stringify({ status: { token: 'plugged' } });
    const user = JSON.stringify({ exec: { command: process.execPath, args: ['-e', `console.log('${status}')`] } });
    const access = await loadAccess({ kubeconfig: await write('config', config(user)) });
    expect((await access.credentials()).token).toBe('plugged');
  });

  test('says what a plug-in that is missing needs', async () => {
    const user = JSON.stringify({ exec: { command: 'no-such-plugin', installHint: 'install it so' } });
    const access = await loadAccess({ kubeconfig: await write('config', config(user)) });
    await expect(access.credentials()).rejects.toThrow(/no-such-plugin.*\n.*install it so/);
  });

  test('the first file that names a context decides', async () => {
    const first = await write('one', config('{token: a}'));
    const second = await write('two', config('{token: b}', 'server: https://two'));
    const access = await loadAccess({ kubeconfig: [first, second].join(delimiter) });
    expect(access.server).toBe('https://one:6443');
  });

  test('names what is missing', async () => {
    const kubeconfig = await write('config', config('{token: a}'));
    await expect(loadAccess({ kubeconfig, context: 'other' })).rejects.toThrow(/has no context "other"/);
    await expect(loadAccess({ kubeconfig: join(folder, 'none') })).rejects.toThrow(
      /cannot read the kubeconfig.*ENOENT/,
    );
  });
});
