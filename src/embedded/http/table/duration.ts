const SECOND = 1;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A span of time as kubectl shows ages: two units where the first alone says too little. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  if (seconds < 10 * MINUTE) return both(seconds, MINUTE, 'm', SECOND, 's');
  if (seconds < 3 * HOUR) return `${whole(seconds, MINUTE)}m`;
  if (seconds < 8 * HOUR) return both(seconds, HOUR, 'h', MINUTE, 'm');
  if (seconds < 2 * DAY) return `${whole(seconds, HOUR)}h`;
  if (seconds < 8 * DAY) return both(seconds, DAY, 'd', HOUR, 'h');
  if (seconds < 2 * YEAR) return `${whole(seconds, DAY)}d`;
  if (seconds < 8 * YEAR) return both(seconds, YEAR, 'y', DAY, 'd');
  return `${whole(seconds, YEAR)}y`;
}

const whole = (seconds: number, unit: number): number => Math.floor(seconds / unit);

function both(seconds: number, unit: number, name: string, smaller: number, smallerName: string): string {
  const rest = whole(seconds % unit, smaller);
  return `${whole(seconds, unit)}${name}${rest > 0 ? `${rest}${smallerName}` : ''}`;
}

/** How long ago a moment (RFC 3339) was; `<unknown>` when it is not there. */
export function age(moment: unknown, now: number): string {
  const at = typeof moment === 'string' ? Date.parse(moment) : Number.NaN;
  return Number.isNaN(at) ? '<unknown>' : humanDuration(now - at);
}
