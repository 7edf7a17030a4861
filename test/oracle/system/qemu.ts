import { runQemu } from '../qemu-guest.ts';
import { runAlone } from './engines.ts';
import { type Program, placeOf } from './program.ts';

/** Milliseconds after which QEMU's guest is stopped. */
const TIMEOUT = 8000;
const INSTRUCTIONS = 2e7;
const SHOWN = 2;

export interface Judgement {
  /** Lines that were compared. */
  readonly lines: number;
  /** The difference; null: there is none. */
  readonly difference: string | null;
}

/** Compares what a program prints here with what it prints on QEMU; undefined if there is none. */
export function judge(program: Program): Judgement | undefined {
  const theirs = runQemu(program.image, ['-cpu', 'core2duo', '-m', '8'], TIMEOUT);
  if (theirs === undefined) return undefined;
  const ours = runAlone({ boot: { kernel: program.image } }, INSTRUCTIONS);
  const [a, b] = [ours.output.split('\n'), theirs.text.split('\n')];
  // One that does not end prints as long as it may run.
  const isWhole = theirs.ended && ours.ended !== 'goes on';
  const count = isWhole ? Math.max(a.length, b.length) : Math.min(a.length, b.length) - 1;
  for (let n = 0; n < count; n++) {
    if (agree(a[n], b[n])) continue;
    return { lines: n, difference: differenceText(program, a, b, n) };
  }
  return { lines: count, difference: null };
}

/** The line of a page fault, up to its error code, that code, and what follows. */
const PAGE_FAULT = /^(D*#0000000e )([0-9a-f]{8})( .*)$/;
const WRITE = 0x2;

/**
 * Whether two lines say the same. QEMU reads before a read-modify-write writes, and so leaves the write bit out of the
 * error code of a page that is not present; processors report the write (Intel SDM vol. 3, 4.7).
 */
function agree(ours: string | undefined, theirs: string | undefined): boolean {
  if (ours === theirs) return true;
  const [a, b] = [ours, theirs].map((line) => PAGE_FAULT.exec(line ?? ''));
  if (!a || !b || a[1] !== b[1] || a[3] !== b[3]) return false;
  return Number.parseInt(a[2]!, 16) === (Number.parseInt(b[2]!, 16) | WRITE);
}

function differenceText(program: Program, ours: readonly string[], theirs: readonly string[], at: number): string {
  const shown = (all: readonly string[]): string => all.slice(Math.max(at - SHOWN, 0), at + SHOWN).join('\n  ');
  return `line ${at}, ours:\n  ${shown(ours)}\nQEMU's:\n  ${shown(theirs)}\n${snippetOf(program, ours, at)}`;
}

/** The snippet that printed a line, from the number of snippets that have ended before it. */
function snippetOf(program: Program, lines: readonly string[], at: number): string {
  const ended = lines.slice(0, at).filter((line) => /^D*=/.test(line)).length;
  return placeOf(program, program.symbols.get(`s${ended % program.names.length}`) ?? 0);
}
