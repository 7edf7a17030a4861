import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { conditions } from '../../../translator/x86/table/form.ts';
import type { Random } from '../../support/random.ts';
import { InstructionSource } from './instructions.ts';
import { COUNTERS, PROGRAM, TARGETS, WRITABLE } from './layout.ts';

export interface Program {
  readonly text: string;
  readonly code: Uint8Array;
}

const MAX_DEPTH = 2;
const MAX_BYTES = 0x2000;

/** Makes programs that end: random instructions in branches, counted loops, calls and jumps through tables. */
class Generator {
  readonly #random: Random;
  readonly #bits: 16 | 32;
  readonly #source: InstructionSource;
  readonly #lines: string[] = [];
  #labels = 0;
  #counters = 0;
  #tables = 0;
  /** Labels of functions that are called, to be written after the program. */
  readonly #functions: string[] = [];

  constructor(random: Random, bits: 16 | 32) {
    this.#random = random;
    this.#bits = bits;
    this.#source = new InstructionSource(random, bits);
  }

  text(): string {
    this.#line(`bits ${this.#bits}`);
    this.#line(`org ${PROGRAM}`);
    this.#sequence(0);
    this.#line('int3');
    for (const name of this.#functions) {
      this.#line(`${name}:`);
      this.#straight(1 + this.#random.below(6));
      this.#line(this.#random.chance(80) ? 'ret' : 'ret 0');
    }
    return this.#lines.join('\n');
  }

  #line(text: string): void {
    this.#lines.push(text);
  }
  #label(): string {
    return `l${this.#labels++}`;
  }

  #sequence(depth: number): void {
    const count = 1 + this.#random.below(depth === 0 ? 10 : 3);
    for (let n = 0; n < count; n++) this.#element(depth);
  }

  #element(depth: number): void {
    this.#straight(1 + this.#random.below(6));
    if (depth >= MAX_DEPTH) return;
    const elements = [this.#branch, this.#branch, this.#loop, this.#loop, this.#call, this.#stack, this.#string];
    const rare = [this.#table, this.#modify, this.#countDown];
    const element = this.#random.chance(75) ? this.#random.pick(elements) : this.#random.pick(rare);
    element.call(this, depth);
  }

  #straight(count: number): void {
    for (let n = 0; n < count; n++) this.#line(`db ${[...this.#source.next()].join(',')}`);
  }

  /** Over a sequence, or around two. */
  #branch(depth: number): void {
    const over = this.#label();
    this.#line(`j${this.#random.pick(conditions).name.toLowerCase()} ${over}`);
    this.#sequence(depth + 1);
    if (this.#random.chance(50)) {
      const end = this.#label();
      this.#line(`jmp ${end}`);
      this.#line(`${over}:`);
      this.#sequence(depth + 1);
      this.#line(`${end}:`);
    } else this.#line(`${over}:`);
  }

  /** As often as a counter in memory says, with ways out in the middle and back to the start. */
  #loop(depth: number): void {
    const start = this.#label();
    const end = this.#label();
    const counter = `[${COUNTERS + 4 * this.#counters++}]`;
    this.#line(`mov dword ${counter}, ${1 + this.#random.below(depth === 0 ? 30 : 6)}`);
    this.#line(`${start}:`);
    this.#sequence(depth + 1);
    if (this.#random.chance(30)) this.#line(`j${this.#random.pick(conditions).name.toLowerCase()} ${end}`);
    if (this.#random.chance(30)) this.#straight(2);
    this.#line(`dec dword ${counter}`);
    this.#line(`jnz ${start}`);
    this.#line(`${end}:`);
  }

  #countDown(): void {
    const start = this.#label();
    this.#line(`mov ${this.#bits === 32 ? 'ecx' : 'cx'}, ${1 + this.#random.below(20)}`);
    this.#line(`${start}:`);
    this.#line(
      `add ${this.#random.pick(['eax', 'bx', 'dl', 'esi'])}, ${this.#random.pick(['ecx', 'cx', 'cl', 'ecx'])}`.replace(
        /(\w+), (\w+)/,
        (_, a: string) => `${a}, ${sized('c', a)}`,
      ),
    );
    this.#line(`${this.#random.pick(['loop', 'loope', 'loopne'])} ${start}`);
  }

  #call(): void {
    const name =
      this.#functions.length > 0 && this.#random.chance(50) ? this.#random.pick(this.#functions) : this.#addFunction();
    if (this.#random.chance(60)) this.#line(`call ${name}`);
    else {
      const register = this.#bits === 32 ? 'edx' : 'dx';
      this.#line(`mov ${register}, ${name}`);
      this.#line(`call ${register}`);
    }
  }

  #addFunction(): string {
    const name = `f${this.#functions.length}`;
    this.#functions.push(name);
    return name;
  }

  #stack(): void {
    const registers = ['eax', 'ecx', 'edx', 'ebx', 'esi', 'edi', 'ax', 'cx', 'dx', 'bx'];
    const first = this.#random.pick(registers);
    this.#line(`push ${first}`);
    this.#straight(this.#random.below(4));
    this.#line(`pop ${this.#random.pick(registers.filter((name) => name.length === first.length))}`);
  }

  #string(): void {
    const source = WRITABLE + 0x100 + this.#random.below(0x1a00);
    const isNear = this.#random.chance(30);
    const destination = isNear ? source + this.#random.below(17) - 8 : WRITABLE + 0x100 + this.#random.below(0x1a00);
    this.#line(`mov esi, ${source}`);
    this.#line(`mov edi, ${destination}`);
    this.#line(`mov ecx, ${this.#random.below(this.#random.chance(25) ? 1500 : 12)}`);
    const prefix = this.#random.pick(['', 'rep ', 'repne ']);
    const name = this.#random.pick(['movs', 'stos', 'lods', 'cmps', 'scas']);
    this.#line(`${this.#random.chance(85) ? 'cld' : 'std'}`);
    this.#line(`${prefix}${name}${this.#random.pick(['b', 'w', 'd'])}`);
  }

  /** A jump to one of four places through a table in memory. */
  #table(depth: number): void {
    const size = this.#bits / 8;
    const table = TARGETS + 16 * (this.#tables++ % 12);
    const register = this.#random.pick(['eax', 'ecx', 'edx']);
    const targets = [this.#label(), this.#label(), this.#label(), this.#label()];
    const end = this.#label();
    for (const [n, target] of targets.entries()) {
      this.#line(`mov ${size === 4 ? 'dword' : 'word'} [${table + n * size}], ${target}`);
    }
    this.#line(`and ${register}, 3`);
    this.#line(`jmp ${size === 4 ? 'dword' : 'word'} [${table} + ${register}*${size}]`);
    for (const target of targets) {
      this.#line(`${target}:`);
      this.#straight(1);
      if (this.#random.chance(40)) this.#line(`jmp ${end}`);
    }
    if (this.#random.chance(30)) this.#sequence(depth + 1);
    this.#line(`${end}:`);
  }

  /** Changes an immediate operand that comes later, or came before in the loop around. */
  #modify(): void {
    const place = this.#label();
    const prefix = this.#bits === 32 ? [] : [0x66];
    const immediate = prefix.length + 2 + this.#random.below(4);
    const change = `mov byte [${place} + ${immediate}], ${this.#random.pick(['al', 'cl', 'bh', 'dl'])}`;
    const isBefore = this.#random.chance(70);
    if (isBefore) this.#line(change);
    this.#straight(this.#random.below(3));
    this.#line(`${place}:`);
    this.#line(`db ${[...prefix, 0x81, 0xc3, 1, 2, 3, 4].join(',')} ; add ebx, 0x4030201`);
    if (!isBefore) this.#line(change);
  }
}

/** The part of a register that is as wide as another: ecx, cx or cl. */
function sized(letter: string, like: string): string {
  if (like.length === 3) return `e${letter}x`;
  return like.endsWith('l') ? `${letter}l` : `${letter}x`;
}

export function generateProgram(random: Random, bits: 16 | 32): Program {
  for (;;) {
    const text = new Generator(random, bits).text();
    const { bytes: code } = assemble(text);
    if (code.length <= MAX_BYTES) return { text, code };
  }
}
