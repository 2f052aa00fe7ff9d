/**
 * Things that wait, in lines of those that are alike: when the first of a line is refused, so would all others be, and
 * nobody asks them. What makes ten thousand waiting jobs cheap.
 */
export class Lines<T> {
  readonly #lines = new Map<string, T[]>();
  readonly #turn: (a: T, b: T) => number;
  #size = 0;

  /** @param turn whose turn is earlier; a total order */
  constructor(turn: (a: T, b: T) => number) {
    this.#turn = turn;
  }

  get size(): number {
    return this.#size;
  }

  /** True when nobody else stands in the line. */
  add(line: string, item: T): boolean {
    const items = this.#lines.get(line);
    this.#size++;
    if (items) insert(items, item, this.#turn);
    else this.#lines.set(line, [item]);
    return items === undefined;
  }

  delete(line: string, item: T): void {
    const items = this.#lines.get(line);
    const at = items?.indexOf(item) ?? -1;
    if (!items || at < 0) return;
    this.#size--;
    items.splice(at, 1);
    if (items.length === 0) this.#lines.delete(line);
  }

  /** Every item, by turn; of some lines only, if wanted. */
  all(open: (line: string) => boolean = () => true): readonly T[] {
    return [...this.#lines].flatMap(([line, items]) => (open(line) ? items : [])).sort(this.#turn);
  }

  /**
   * Offers the first of each line a place, by turn. Who takes it leaves, and the next of that line is asked; who is refused
   * ends its line's chances; `stop` ends everybody's.
   */
  offer(take: (item: T, line: string) => 'took' | 'refused' | 'stop', open: (line: string, first: T) => boolean): void {
    const heads: { readonly item: T; readonly line: string }[] = [];
    const byTurn = (a: { readonly item: T }, b: { readonly item: T }) => this.#turn(b.item, a.item);
    for (const [line, [item]] of this.#lines) if (item !== undefined && open(line, item)) heads.push({ item, line });
    heads.sort(byTurn);
    for (let head = heads.pop(); head; head = heads.pop()) {
      const { item, line } = head;
      // Whoever was asked before may have sent this one elsewhere.
      if (this.#lines.get(line)?.[0] !== item) continue;
      const answer = take(item, line);
      if (answer === 'stop') return;
      if (answer === 'refused') continue;
      this.delete(line, item);
      const next = this.#lines.get(line)?.[0];
      if (next !== undefined) insert(heads, { item: next, line }, byTurn);
    }
  }
}

/** Behind all that do not come later; most new items come last. */
function insert<T>(items: T[], item: T, order: (a: T, b: T) => number): void {
  let low = 0;
  let high = items.length;
  const last = items.at(-1);
  if (last === undefined || order(last, item) <= 0) low = high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(items[middle] as T, item) <= 0) low = middle + 1;
    else high = middle;
  }
  items.splice(low, 0, item);
}
