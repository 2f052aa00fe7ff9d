/** RFC 3339 with whole seconds, as Kubernetes writes times; `now` in milliseconds since the epoch. */
export const timestamp = (now: number): string => `${new Date(now).toISOString().slice(0, -5)}Z`;

/** The same with microseconds, as leases and events have it. */
export const microTimestamp = (now: number): string => new Date(now).toISOString().replace('Z', '000Z');
