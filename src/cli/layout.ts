/** Columns where standard output is no terminal. */
const USUAL_WIDTH = 80;
/** Where the second column of the help begins. */
const COLUMN = 26;

/** Columns of the terminal. */
export function terminalWidth(): number {
  return process.stdout.columns || USUAL_WIDTH;
}

/** A name and what it is, in one line that fits: what is too long for its place ends in "…". */
export function line(name: string, help: string, width: number = terminalWidth()): string {
  const left = `  ${cut(name, COLUMN - 3, /[[,|=]/)}`.padEnd(COLUMN);
  return cut(left + help, width, /[\s:;,]/);
}

/** A name and what it is, in as many lines as that takes. A long name has a line of its own. */
export function row(name: string, help: string, width: number = terminalWidth()): string {
  const left = `  ${name}`;
  const text = wrapped(help, width, ' '.repeat(COLUMN));
  if (left.length < COLUMN) return left + text.slice(left.length);
  return `${wrapped(name, width, '  ')}\n${text}`;
}

/** The text in lines of so many columns, each behind the indent. A word that is too long breaks in front of "[", or behind "," and "|". */
export function wrapped(text: string, width: number, indent = ''): string {
  const most = Math.max(width - indent.length, 1);
  const lines = [''];
  for (const part of text.split(/(?<=\s)|(?<=(?<!\[)[,|])(?=\S)|(?=\[)/).flatMap((word) => inPieces(word, most))) {
    const last = lines.at(-1)!;
    if (last === '' || (last + part).trimEnd().length <= most) lines[lines.length - 1] = last + part;
    else lines.push(part);
  }
  return lines.map((text) => indent + text.trimEnd()).join('\n');
}

function inPieces(word: string, most: number): string[] {
  if (word.trimEnd().length <= most) return [word];
  return [word.slice(0, most), ...inPieces(word.slice(most), most)];
}

/**
 * The text with a number of characters at most, cut at the last place that can end a part, if there is one, with "…" after it.
 */
function cut(text: string, most: number, end: RegExp): string {
  if (text.length <= most) return text;
  let length = most - 1;
  while (length > 0 && !end.test(text[length])) length--;
  if (length === 0) length = most - 1;
  while (end.test(text[length - 1])) length--;
  return `${text.slice(0, length)}…`;
}
