const FIELDS = [
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31 },
  { name: 'month', low: 1, high: 12 },
  { name: 'day of week', low: 0, high: 7 },
] as const;

const MINUTE = 60_000;

/**
 * The moments in [from, until) at which a crontab line of five fields is due, in UTC. Numbers, `*`, ranges, lists and
 * steps; as in crontab, when both days are given either will do.
 * @throws naming the field that is wrong
 */
export function cronMoments(line: string, from: number, until: number): readonly number[] {
  const parts = line.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    throw new Error(`"${line}" needs five fields: minute, hour, day of month, month and day of week`);
  }
  const [minutes, hours, days, months, weekdays] = parts.map((part, index) =>
    valuesOf(part, FIELDS[index] as Field),
  ) as [Values, Values, Values, Values, Values];
  if (weekdays.has(7)) weekdays.add(0);
  const eitherDay = parts[2] !== '*' && parts[4] !== '*';
  const moments: number[] = [];
  for (let at = Math.ceil(from / MINUTE) * MINUTE; at < until; at += MINUTE) {
    const time = new Date(at);
    if (!minutes.has(time.getUTCMinutes()) || !hours.has(time.getUTCHours())) continue;
    if (!months.has(time.getUTCMonth() + 1)) continue;
    const day = days.has(time.getUTCDate());
    const weekday = weekdays.has(time.getUTCDay());
    if (eitherDay ? day || weekday : day && weekday) moments.push(at);
  }
  return moments;
}

type Field = (typeof FIELDS)[number];
type Values = Set<number>;

function valuesOf(text: string, { name, low, high }: Field): Values {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [, range = '', step = '1'] = /^(\*|\d+(?:-\d+)?)(?:\/(\d+))?$/.exec(part) ?? [];
    const [first, last = part.includes('/') ? high : first] =
      range === '*' ? [low, high] : range.split('-').map((digits) => Number(digits));
    if (range === '' || Number(step) < 1 || first === undefined || last === undefined || first < low || last > high) {
      throw new Error(`the ${name} "${part}" is not within ${low} to ${high}; write it like *, */5, 2, 1-5 or 1,15`);
    }
    for (let value = first; value <= last; value += Number(step)) values.add(value);
  }
  return values;
}
