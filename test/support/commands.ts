import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Block, blocksOf, prose, readPage, root } from './documents.ts';

/** A command that a page tells its reader to type. */
export interface Command {
  readonly page: string;
  readonly text: string;
  readonly words: readonly string[];
  /** Files that commands before it on the page make. */
  readonly made: readonly string[];
  /** Its output, if the page shows it. */
  readonly output?: string;
}

/** Programs whose command lines are checked. */
const OURS = /^(npm|npx|node|rawiron) /;

/** The commands of a page: lines of its `sh` blocks, transcripts in `console` blocks, and code within sentences. */
export function commandsOf(page: string, text = readPage(page)): Command[] {
  const blocks = blocksOf(page, text);
  const shell = blocks.filter(({ language }) => language === 'sh').flatMap((block) => block.text.split('\n'));
  const made = shell.flatMap((line) => [...line.matchAll(/ -o (\S+)/g)].map(([, file]) => file));
  const inline = [...prose(page, text).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code);
  const typed = [...shell.flatMap((line) => line.split(' && ')), ...inline]
    .map((line) => line.replace(/\s+#.*|\s*[…[].*/, ''))
    .filter((line) => OURS.test(line))
    .map((line) => ({ page, text: line, words: wordsOf(line), made }));
  return [...typed, ...blocks.filter(({ language }) => language === 'console').map(transcript)];
}

/** A block that shows one command after `$ ` and what it prints. */
function transcript({ page, text }: Block): Command {
  const [, command, output] = /^\$ (.*)\n([\s\S]*)$/.exec(text)!;
  return { page, text: command, words: wordsOf(command), made: [], output };
}

/** A line as a shell takes it apart, without variables and patterns. */
export function wordsOf(line: string): string[] {
  const words = line.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  return words.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}

/** A folder of its own in which commands are run as a reader types them. */
export class CommandFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'commands-'));

  /** Runs `rawiron …` or `npx rawiron …`; what it printed, also of errors. */
  run(line: string): Promise<{ code: number; printed: string }> {
    const args = wordsOf(line.replace(/^npx /, '')).slice(1);
    return new Promise((resolve) => {
      const program = join(root, 'bin/rawiron.cjs');
      execFile(process.execPath, [program, ...args], { cwd: this.path }, (error, output, errors) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, printed: output + errors });
      });
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}
