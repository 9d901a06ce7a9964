/** Rows as CSV (RFC 4180): every field quoted, quotes doubled, so commas, quotes and line breaks in names do no harm. */
export function csv(rows: readonly (readonly (string | number | undefined)[])[]): string {
  const field = (value: string | number | undefined): string => `"${String(value ?? '').replaceAll('"', '""')}"`
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('')
}
