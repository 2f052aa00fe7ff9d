import { readdirSync, readFileSync } from 'node:fs';

/** Processes of this user that carry `name=value` in their environment; empty where the system does not tell. */
export function markedProcesses(name: string, value: string): readonly number[] {
  const wanted = `${name}=${value}`;
  return processIds().filter((pid) => environmentOf(pid).includes(wanted));
}

/** SIGKILL for every marked process: what left its process group is found as well. Returns how many there were. */
export function killStragglers(name: string, value: string): number {
  const found = markedProcesses(name, value);
  for (const pid of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
  return found.length;
}

function processIds(): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}
