/** RFC 3339 with whole seconds, as Kubernetes writes times; `now` in milliseconds since the epoch. */
export const timestamp = (now: number): string => `${new Date(now).toISOString().slice(0, 19)}Z`;
