import type { Readable } from 'node:stream';

/** Lines of a process that are told, and characters of each, at most. */
const [MOST_LINES, MOST_CHARACTERS] = [100, 500];

/** Characters that a terminal may act on. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are they
const CONTROL = /[\x00-\x1f\x7f-\x9f]/g;

/** Tells the first lines of a text that comes, cut to some length; the rest is read and dropped. */
export function tellLines(text: Readable, tell: (line: string) => void): void {
  let line = '';
  let left = MOST_LINES;
  const end = () => {
    if (left > 0 && line !== '') tell(line.replaceAll(CONTROL, '?'));
    if (line !== '' && --left === 0) tell('what it says besides is not shown');
    line = '';
  };
  text.setEncoding('utf8');
  text.on('data', (part: string) => {
    const [first = '', ...rest] = part.split('\n');
    line = (line + first).slice(0, MOST_CHARACTERS);
    for (const next of rest) {
      end();
      line = next.slice(0, MOST_CHARACTERS);
    }
  });
  text.on('end', end).on('error', () => {});
}
