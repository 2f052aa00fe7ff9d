/** A small Prometheus registry: the text format and nothing else, since a full client library costs 20 MB resident. */

export type Labels = Readonly<Record<string, string>>;

interface Metric {
  lines(): string[];
}

const escapeLabel = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function series(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}

/** Each metric is always given the same labels in the same order, so their values tell series apart. */
const keyOfLabels = (labels: Labels): string => Object.values(labels).join('\u0000');

/** A value by labels that only grows (counter), or goes both ways (gauge). */
export class Values implements Metric {
  readonly #header: readonly string[];
  readonly #name: string;
  readonly #values = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(name: string, help: string, type: 'counter' | 'gauge') {
    this.#name = name;
    this.#header = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  }

  add(labels: Labels, by = 1): void {
    this.#at(labels).value += by;
  }

  set(labels: Labels, value: number): void {
    this.#at(labels).value = value;
  }

  get(labels: Labels): number {
    return this.#values.get(keyOfLabels(labels))?.value ?? 0;
  }

  /** Forgets every value. */
  clear(): void {
    this.#values.clear();
  }

  lines(): string[] {
    return [
      ...this.#header,
      ...[...this.#values.values()].map(({ labels, value }) => series(this.#name, labels, value)),
    ];
  }

  #at(labels: Labels): { value: number } {
    const key = keyOfLabels(labels);
    const known = this.#values.get(key);
    if (known) return known;
    const fresh = { labels, value: 0 };
    this.#values.set(key, fresh);
    return fresh;
  }
}

interface Distribution {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
  count: number;
}

export class Histogram implements Metric {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #values = new Map<string, Distribution>();

  /** @param bounds - upper bounds of the buckets, ascending */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
  }

  observe(labels: Labels, value: number): void {
    const key = keyOfLabels(labels);
    let entry = this.#values.get(key);
    if (!entry) {
      entry = { labels, counts: this.#bounds.map(() => 0), sum: 0, count: 0 };
      this.#values.set(key, entry);
    }
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    if (bucket >= 0) entry.counts[bucket] = (entry.counts[bucket] ?? 0) + 1;
    entry.sum += value;
    entry.count += 1;
  }

  lines(): string[] {
    const lines = [`# HELP ${this.#name} ${this.#help}`, `# TYPE ${this.#name} histogram`];
    for (const { labels, counts, sum, count } of this.#values.values()) {
      let total = 0;
      for (const [index, bound] of this.#bounds.entries()) {
        total += counts[index] ?? 0;
        lines.push(series(`${this.#name}_bucket`, { ...labels, le: String(bound) }, total));
      }
      lines.push(series(`${this.#name}_bucket`, { ...labels, le: '+Inf' }, count));
      lines.push(series(`${this.#name}_sum`, labels, sum), series(`${this.#name}_count`, labels, count));
    }
    return lines;
  }
}

export class Registry {
  readonly #metrics: Metric[] = [];
  readonly #collectors: (() => void)[] = [];

  counter(name: string, help: string): Values {
    return this.#add(new Values(name, help, 'counter'));
  }

  gauge(name: string, help: string): Values {
    return this.#add(new Values(name, help, 'gauge'));
  }

  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    return this.#add(new Histogram(name, help, bounds));
  }

  /** Runs before each exposition, to set gauges that are read rather than kept. */
  collect(collector: () => void): void {
    this.#collectors.push(collector);
  }

  /** Prometheus' text format, version 0.0.4. */
  text(): string {
    for (const collector of this.#collectors) collector();
    return `${this.#metrics.flatMap((metric) => metric.lines()).join('\n')}\n`;
  }

  #add<T extends Metric>(metric: T): T {
    this.#metrics.push(metric);
    return metric;
  }
}
