/** Rows as aligned columns, one line each; beyond `most` rows after the head, only their number is told. Pure. */
export function columns(rows: readonly (readonly string[])[], most = Number.POSITIVE_INFINITY): readonly string[] {
  const shown = rows.slice(0, most + 1);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...shown.map((row) => (row[column] ?? '').length)));
  const lines = shown.map((row) =>
    row
      .map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : (widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const more = rows.length - shown.length;
  return more > 0 ? [...lines, `and ${more} more; --json tells all`] : lines;
}
