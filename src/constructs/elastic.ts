/** Between which numbers the workers of an elastic job may vary. */
export interface Bounds {
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** What is wrong with the bounds of an elastic job that starts with so many workers, or has none. */
export function boundsProblems({ minReplicas: min, maxReplicas: max }: Bounds, workers: number | undefined): string[] {
  if (workers === undefined) return ["'elastic' needs 'workers': it changes their number"];
  if (!Number.isInteger(min) || min < 1) return [`'elastic.minReplicas' must be a positive integer, got ${min}`];
  if (max < min) return [`'elastic.maxReplicas' (${max}) must not be below 'elastic.minReplicas' (${min})`];
  if (workers < min || workers > max) {
    return [
      `'workers.replicas' (${workers}) must lie between 'elastic.minReplicas' (${min}) and 'elastic.maxReplicas' (${max})`,
    ];
  }
  return [];
}
