/** One line of a container's output as it is kept: a time, whether the line is whole (F) or goes on (P), and its text. */
export interface LogEntry {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly whole: boolean;
  readonly text: Buffer;
}

const NEWLINE = 0x0a;
const SPACE = 0x20;

export function formatEntry(at: number, text: Buffer, whole: boolean): Buffer {
  return Buffer.concat([Buffer.from(`${logTime(at)} ${whole ? 'F' : 'P'} `), text, Buffer.of(NEWLINE)]);
}

/** RFC 3339 with nanoseconds, of which the clock knows the first three digits. */
export const logTime = (at: number): string => new Date(at).toISOString().replace('Z', '000000Z');

/** The entries in a part of a log file that begins and ends at line boundaries. */
export function parseEntries(bytes: Buffer): LogEntry[] {
  const entries: LogEntry[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, from);
    if (end < 0) break;
    const space = bytes.indexOf(SPACE, from);
    if (space > 0 && space + 3 <= end) {
      const time = bytes.toString('latin1', from, space);
      entries.push({ time, whole: bytes[space + 1] === 0x46, text: bytes.subarray(space + 3, end) });
    }
    from = end + 1;
  }
  return entries;
}

/** What a reader gets of an entry. */
export function renderEntry({ time, whole, text }: LogEntry, timestamps: boolean): Buffer {
  const parts = [text, ...(whole ? [Buffer.of(NEWLINE)] : [])];
  return Buffer.concat(timestamps ? [Buffer.from(`${time} `), ...parts] : parts);
}
