/** Requests that only the tests of the cluster make. */

import { Agent, WebSocket } from 'undici';
import { type Answer, Api, targetOf } from '../support/api.ts';

/** One request with the credentials of a kubeconfig. */
export async function call(
  kubeconfig: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<Answer> {
  const api = new Api(targetOf(kubeconfig));
  try {
    return await api.raw(method, path, body);
  } finally {
    await api.close();
  }
}

/** Runs a command in a pod's only container. @returns what it printed on both outputs. */
export async function exec(kubeconfig: string, pod: string, command: readonly string[]): Promise<string> {
  const { server, ca, cert, key } = targetOf(kubeconfig);
  const agent = new Agent({ connect: { ca, ...(cert && { cert }), ...(key && { key }) } });
  const query = new URLSearchParams(
    ['stdout=1', 'stderr=1', ...command.map((word) => `command=${encodeURIComponent(word)}`)].join('&'),
  );
  const url = `${server.replace('https', 'wss')}/api/v1/namespaces/default/pods/${pod}/exec?${query}`;
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
