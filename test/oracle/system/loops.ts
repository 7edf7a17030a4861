import type { Random } from '../../support/random.ts';

/**
 * Assembly text that runs in each turn of a loop, and behind a bar what it calls. `@` stands for its number, and words in
 * capitals for what depends on the mode.
 */
export type Piece = string;

/** Few turns, enough to be translated by a test's engine, and enough for more of the caches. */
const turns = [3, 50, 50, 300];

export interface Loop {
  readonly pieces: readonly Piece[];
  /** Operand of the doubleword that counts; nothing else may change it. */
  readonly counter: string;
  /** At the beginning of each turn. */
  readonly begin?: string;
  /** Values of the words in capitals, chosen for each piece. */
  readonly values?: () => Readonly<Record<string, string>>;
  readonly most?: number;
}

/** Some pieces, again and again. The registers are what they leave. */
export function loop(random: Random, { pieces, counter, begin = '', values = () => ({}), most = 4 }: Loop): string {
  const count = random.pick(turns);
  const made = Array.from({ length: 1 + random.below(most) }, (_, n) => {
    const text = random.pick(pieces).replaceAll('@', `${n}`);
    return filled(text, values()).split('|');
  });
  const called = made.flatMap(([, ...routines]) => routines);
  return ` mov dword ${counter}, ${count}
.loop:
 ${begin}
 ${made.map(([main]) => main).join('\n ')}
 dec dword ${counter}
 jnz near .loop
 jmp .done
 ${called.join('\n')}
.done:`;
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((all, [name, value]) => all.replaceAll(name, value), text);
}
