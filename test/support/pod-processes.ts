import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of a pod on this machine's real node whose command line contains a text. */
export function podProcesses(podUid: string, command: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => textOf(`/proc/${pid}/cgroup`).includes(podUid))
    .filter((pid) => textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').includes(command))
    .map(Number);
}

/** Processes end while one looks. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
