import type { Credentials } from './kubeconfig.ts';

/** The `exec` part of a kubeconfig user. */
export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
}

interface ExecCredential {
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

export interface ExpiringCredentials extends Credentials {
  /** Milliseconds since the epoch; never when absent. */
  readonly expiresAt?: number;
}

/** Runs a credential plug-in, as kubectl would, and reads what it prints. */
export async function runExecPlugin(plugin: ExecPlugin): Promise<ExpiringCredentials> {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const apiVersion = plugin.apiVersion ?? 'client.authentication.k8s.io/v1';
  const request = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } });
  const added = Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value]));
  let output: string;
  try {
    const env = { ...process.env, ...added, KUBERNETES_EXEC_INFO: request };
    output = (await promisify(execFile)(plugin.command, [...(plugin.args ?? [])], { env, timeout: 60_000 })).stdout;
  } catch (error) {
    const hint = plugin.installHint ? `\n${plugin.installHint}` : '';
    throw new Error(
      `the kubeconfig's credential plug-in "${plugin.command}" failed: ${(error as Error).message}${hint}`,
    );
  }
  const status = (JSON.parse(output) as ExecCredential).status;
  if (!status)
    throw new Error(`the credential plug-in "${plugin.command}" printed no status; run it by hand to see why`);
  return {
    ...(status.token && { token: status.token }),
    ...(status.clientCertificateData && { certificate: status.clientCertificateData }),
    ...(status.clientKeyData && { key: status.clientKeyData }),
    ...(status.expirationTimestamp && { expiresAt: Date.parse(status.expirationTimestamp) }),
  };
}
