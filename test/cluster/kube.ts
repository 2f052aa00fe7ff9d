/** Requests that only the tests of the cluster make: deletion, logs and exec. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request, WebSocket } from 'undici';
import { type Credentials, readKubeconfig } from '../../src/cluster/kubeconfig.ts';

const agentFor = ({ ca, cert, key }: Credentials) =>
  new Agent({ connect: { ca, ...(cert && key ? { cert, key } : {}) } });

/** One request; @returns status and text. */
export async function call(kubeconfig: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) {
  const credentials = await readKubeconfig(kubeconfig);
  const agent = agentFor(credentials);
  try {
    const answer = await request(credentials.server + path, {
      method,
      dispatcher: agent,
      headers: {
        'content-type': 'application/json',
        ...(credentials.token ? { authorization: `Bearer ${credentials.token}` } : {}),
      },
      body: body ? JSON.stringify(body) : null,
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  } finally {
    await agent.destroy();
  }
}

/** Runs a command in a pod's only container. @returns what it printed on both outputs. */
export async function exec(kubeconfig: string, pod: string, command: readonly string[]): Promise<string> {
  const credentials = await readKubeconfig(kubeconfig);
  const agent = agentFor(credentials);
  const query = new URLSearchParams(
    ['stdout=1', 'stderr=1', ...command.map((word) => `command=${encodeURIComponent(word)}`)].join('&'),
  );
  const url = `${credentials.server.replace('https', 'wss')}/api/v1/namespaces/default/pods/${pod}/exec?${query}`;
  const socket = new WebSocket(url, { protocols: ['v5.channel.k8s.io'], dispatcher: agent });
  socket.binaryType = 'arraybuffer';
  let output = '';
  try {
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('message', ({ data }) => {
        const bytes = Buffer.from(data as ArrayBuffer);
        if (bytes[0] === 1 || bytes[0] === 2) output += bytes.subarray(1).toString();
      });
      socket.addEventListener('close', () => resolve());
      socket.addEventListener('error', () => reject(new Error(`exec in ${pod} failed`)));
    });
    return output;
  } finally {
    await agent.destroy();
  }
}

export async function eventually<T>(read: () => Promise<T>, good: (value: T) => boolean, ms = 30_000): Promise<T> {
  let value = await read();
  for (const end = Date.now() + ms; !good(value) && Date.now() < end; value = await read()) await sleep(100);
  if (!good(value)) throw new Error(`still ${JSON.stringify(value).slice(0, 800)} after ${ms / 1000} s`);
  return value;
}
