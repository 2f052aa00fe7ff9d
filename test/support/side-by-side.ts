/**
 * Begins work that mostly waits, a few pieces at a time, so that tests can await the piece they are about. A piece that
 * fails fails where it is awaited; awaited once more, by a second try, it is done anew.
 */
export function sideBySide<T>(
  names: readonly string[],
  atATime: number,
  work: (name: string) => Promise<T>,
): (name: string) => Promise<T> {
  const begun = new Map<string, PromiseWithResolvers<T>>(names.map((name) => [name, Promise.withResolvers<T>()]));
  for (const { promise } of begun.values()) promise.catch(() => undefined);
  const waiting = [...begun];
  const next = async (): Promise<void> => {
    for (let piece = waiting.shift(); piece; piece = waiting.shift()) {
      const [name, { resolve, reject }] = piece;
      await work(name).then(resolve, reject);
    }
  };
  for (let lane = 0; lane < atATime; lane++) void next();
  return (name) => {
    const first = begun.get(name);
    begun.delete(name);
    return first?.promise ?? work(name);
  };
}
