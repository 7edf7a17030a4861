const LONGEST_LINE = 160;

/** The first lines of what a command has printed, and how many more there are; long lines are cut. */
export function beginning(output: string, lines: number): string {
  const all = output.trimEnd().split('\n');
  const shown = all.slice(0, lines).map((line) => cut(line));
  const rest = all.length > lines ? [`… ${all.length - lines} lines more`] : [];
  return [...shown, ...rest].join('\n');
}

function cut(line: string): string {
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line;
}
