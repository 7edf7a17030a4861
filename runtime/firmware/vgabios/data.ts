/** Numbers as lines of assembly text, 16 a line. */
export function dataLines(directive: 'db' | 'dw' | 'dd', values: readonly number[]): string {
  const lines: string[] = [];
  for (let n = 0; n < values.length; n += 16) {
    lines.push(`        ${directive}      ${values.slice(n, n + 16).join(', ')}`);
  }
  return lines.join('\n');
}
