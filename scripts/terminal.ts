/** The README's picture, docs/terminal.svg, of a real session: `node scripts/terminal.ts` boots Debian's kernel and types. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { type Line, terminalSvg } from './terminal/svg.ts';

const root = new URL('../', import.meta.url);
const COLUMNS = 96;
/** Lines of the boot that are shown: its first ones, and its last ones. */
const FIRST = 4;
const LAST = 13;
/** Seconds that a pause is shown at most. */
const LONGEST_PAUSE = 0.8;
const TAB = 8;
const PROMPT = '~ # ';
const commands = ['uname -srm', "grep -E 'model name|MHz' /proc/cpuinfo", 'seq 20000 | sha256sum', 'poweroff -f'];

/** Runs `npm start` and types the commands. Gives each line that it printed with the second at which it was complete. */
async function record(): Promise<Line[]> {
  const child = spawn(process.execPath, ['src/cli/main.mjs', 'start'], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: Line[] = [{ text: '$ npm start', seconds: 0 }];
  const start = performance.now();
  const left = [...commands];
  let rest = '';
  for await (const chunk of child.stdout.setEncoding('latin1')) {
    const parts = stripVTControlCharacters(rest + chunk).split(/\r*\n/);
    rest = parts.pop()!;
    for (const text of parts) lines.push({ text: withoutTabs(text), seconds: (performance.now() - start) / 1000 });
    if (rest === PROMPT && left.length > 0) child.stdin.write(`${left.shift()}\r`);
  }
  if (left.length > 0) throw new Error(`the session ended before "${left[0]}" was typed:\n${rest}`);
  return lines;
}

function withoutTabs(text: string): string {
  return text.split('\t').reduce((line, next) => line.padEnd(line.length + TAB - (line.length % TAB)) + next);
}

/** Without most of the boot and empty lines, and with what is too long cut off. */
function shortened(lines: readonly Line[]): Line[] {
  const typed = lines.findIndex(({ text }) => text.startsWith(PROMPT));
  const from = Math.max(FIRST, typed - LAST);
  const gap = { text: `… ${from - FIRST} lines more`, seconds: lines[from].seconds };
  const shown = [...lines.slice(0, FIRST), gap, ...lines.slice(from)].filter(({ text }) => text !== '');
  return shown.map((line) =>
    line.text.length > COLUMNS ? { ...line, text: `${line.text.slice(0, COLUMNS - 2)} …` } : line,
  );
}

/** The lines without long pauses. */
function hurried(lines: readonly Line[]): Line[] {
  let seconds = 0;
  return lines.map((line, n) => {
    if (n > 0) seconds += Math.min(line.seconds - lines[n - 1].seconds, LONGEST_PAUSE);
    return { ...line, seconds };
  });
}

const title = 'Linux boots in a terminal on rawiron';
writeFileSync(new URL('docs/terminal.svg', root), terminalSvg(hurried(shortened(await record())), COLUMNS, title));
