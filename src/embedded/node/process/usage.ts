import { readdirSync, readFileSync } from 'node:fs';

/** What a container uses now. */
export interface ResourceUse {
  /** Processor seconds since the container started, ended children that were waited for included. */
  readonly cpuSeconds: number;
  /** Resident memory of all its processes, in bytes. */
  readonly memoryBytes: number;
}

/** Linux reports processor time in hundredths of a second, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** The use of a process group; undefined where the system does not tell. */
export function groupUse(group: number): ResourceUse | undefined {
  if (process.platform !== 'linux') return undefined;
  let ticks = 0;
  let pages = 0;
  let seen = false;
  for (const entry of readdirSync('/proc')) {
    const fields = /^\d+$/.test(entry) ? statOf(entry) : undefined;
    // Field numbers of proc(5), less the two that precede: 5 is the group, 6 the session.
    if (!fields || (Number(fields[2]) !== group && Number(fields[3]) !== group)) continue;
    seen = true;
    ticks += [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
    pages += Number(fields[21] ?? 0);
  }
  return seen ? { cpuSeconds: ticks / TICKS_PER_SECOND, memoryBytes: pages * PAGE_BYTES } : undefined;
}

/** The fields of /proc/PID/stat after the command's name, which may hold spaces. */
export function statOf(pid: number | string): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
