/**
 * The x87 instructions that regions execute inline, by their 11-bit opcodes (translator/x86/table/x87.ts), and what each
 * does to the register stack. What isn't here, and what these don't cover, is left to the runtime (runtime/cpu/x87).
 */

export type Arithmetic = 'add' | 'subtract' | 'subtractReversed' | 'multiply' | 'divide' | 'divideReversed';
/** Operands in memory. */
export type MemoryFormat = 'single' | 'double' | 'word' | 'doubleword' | 'quadword' | 'extended';

export type Operation =
  /** ST(0) op source, to ST(0) or, for registers only, to ST(i). */
  | { kind: 'arithmetic'; name: Arithmetic; source: 'register' | MemoryFormat; toIndex: boolean; pops: number }
  | { kind: 'compare'; source: 'register' | 'zero' | MemoryFormat; toFlags: boolean; pops: number }
  /** `value`: which constant (constants.ts). */
  | { kind: 'load'; source: 'register' | 'constant' | MemoryFormat; value: number }
  | { kind: 'store'; target: 'register' | MemoryFormat; pops: number }
  | { kind: 'exchange' }
  | { kind: 'move' }
  | { kind: 'squareRoot' }
  | { kind: 'negate' }
  | { kind: 'absolute' }
  | { kind: 'free'; pops: number }
  /** FINCSTP, FDECSTP. */
  | { kind: 'rotate'; by: number }
  /** FRNDINT. */
  | { kind: 'round' }
  /** FNSTSW AX. */
  | { kind: 'status' }
  /** FLDCW and FNSTCW. */
  | { kind: 'loadControl' }
  | { kind: 'storeControl' };

const arithmeticNames: readonly (Arithmetic | null)[] = [
  'add',
  'multiply',
  null,
  null,
  'subtract',
  'subtractReversed',
  'divide',
  'divideReversed',
];

/** D8, DA, DC and DE with memory operands, D8, DC and DE with registers; reg fields 2 and 3 compare. */
function arithmeticRows(): [number, Operation][] {
  return arithmeticNames.flatMap((name, reg): [number, Operation][] => {
    const memory: [number, MemoryFormat][] = [
      [0x000, 'single'],
      [0x200, 'doubleword'],
      [0x400, 'double'],
      [0x600, 'word'],
    ];
    if (name === null) {
      const compare = (source: 'register' | MemoryFormat): Operation => {
        return { kind: 'compare', source, toFlags: false, pops: reg - 2 };
      };
      return memory.map(([opcode, source]) => [opcode | (reg << 3), compare(source)]);
    }
    const rows = memory.map(([opcode, source]): [number, Operation] => [
      opcode | (reg << 3),
      { kind: 'arithmetic', name, source, toIndex: false, pops: 0 },
    ]);
    const register = (toIndex: boolean, pops: number): Operation => {
      return { kind: 'arithmetic', name, source: 'register', toIndex, pops };
    };
    const modrm = 0xc0 | (reg << 3);
    return [
      ...rows,
      [modrm, register(false, 0)],
      [0x400 | modrm, register(true, 0)],
      [0x600 | modrm, register(true, 1)],
    ];
  });
}

const comparing = (pops: number, toFlags = false): Operation => ({
  kind: 'compare',
  source: 'register',
  toFlags,
  pops,
});
const loading = (source: 'register' | MemoryFormat): Operation => ({ kind: 'load', source, value: 0 });
const storing = (target: 'register' | MemoryFormat, pops: number): Operation => ({ kind: 'store', target, pops });

const CONSTANTS = 7;

export const operations: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  ...arithmeticRows(),
  [0x0d0, comparing(0)],
  [0x0d8, comparing(1)],
  [0x2e9, comparing(2)],
  [0x4d0, comparing(0)],
  [0x4d8, comparing(1)],
  [0x5e0, comparing(0)],
  [0x5e8, comparing(1)],
  [0x6d0, comparing(1)],
  [0x6d9, comparing(2)],
  [0x3e8, comparing(0, true)],
  [0x3f0, comparing(0, true)],
  [0x7e8, comparing(1, true)],
  [0x7f0, comparing(1, true)],
  [0x1e4, { kind: 'compare', source: 'zero', toFlags: false, pops: 0 }],
  [0x100, loading('single')],
  [0x300, loading('doubleword')],
  [0x500, loading('double')],
  [0x700, loading('word')],
  [0x728, loading('quadword')],
  [0x328, loading('extended')],
  [0x1c0, loading('register')],
  ...Array.from({ length: CONSTANTS }, (_, value): [number, Operation] => [
    0x1e8 + value,
    { kind: 'load', source: 'constant', value },
  ]),
  [0x110, storing('single', 0)],
  [0x118, storing('single', 1)],
  [0x310, storing('doubleword', 0)],
  [0x318, storing('doubleword', 1)],
  [0x510, storing('double', 0)],
  [0x518, storing('double', 1)],
  [0x710, storing('word', 0)],
  [0x718, storing('word', 1)],
  [0x738, storing('quadword', 1)],
  [0x338, storing('extended', 1)],
  [0x5d0, storing('register', 0)],
  [0x5d8, storing('register', 1)],
  [0x7d0, storing('register', 1)],
  [0x7d8, storing('register', 1)],
  [0x1c8, { kind: 'exchange' }],
  [0x5c8, { kind: 'exchange' }],
  [0x7c8, { kind: 'exchange' }],
  ...[0x2c0, 0x2c8, 0x2d0, 0x2d8, 0x3c0, 0x3c8, 0x3d0, 0x3d8].map((opcode): [number, Operation] => [
    opcode,
    { kind: 'move' },
  ]),
  [0x1fa, { kind: 'squareRoot' }],
  [0x1e0, { kind: 'negate' }],
  [0x1e1, { kind: 'absolute' }],
  [0x5c0, { kind: 'free', pops: 0 }],
  [0x7c0, { kind: 'free', pops: 1 }],
  [0x1f6, { kind: 'rotate', by: -1 }],
  [0x1f7, { kind: 'rotate', by: 1 }],
  [0x1fc, { kind: 'round' }],
  [0x7e0, { kind: 'status' }],
  [0x128, { kind: 'loadControl' }],
  [0x138, { kind: 'storeControl' }],
]);

/** The operation of an `x87` statement's first argument. */
export function operationOf(opcode: number): Operation {
  return operations.get(opcode)!;
}

/** An operation's effect on the stack. Registers are counted from the top of stack before it. */
export interface StackEffect {
  /** Registers that must not be empty. */
  readonly reads: readonly number[];
  /** It pushes: ST(7) must be empty. */
  readonly pushes: boolean;
  /** A register that gets a value; the pushed one does in any case. */
  readonly writes: number | null;
  /** A register that becomes empty, besides those popped. */
  readonly frees: number | null;
  /** Number added to TOP without a change of tags, and then with the registers passed becoming empty. */
  readonly rotates: number;
  readonly pops: number;
}

const neutral: StackEffect = { reads: [], pushes: false, writes: null, frees: null, rotates: 0, pops: 0 };

/** `index` is i of ST(i). */
export function stackEffect(operation: Operation, index: number): StackEffect {
  const pops = 'pops' in operation ? operation.pops : 0;
  switch (operation.kind) {
    case 'arithmetic':
      return operation.source === 'register'
        ? { ...neutral, reads: [0, index], writes: operation.toIndex ? index : 0, pops }
        : { ...neutral, reads: [0], writes: 0 };
    case 'compare':
      return { ...neutral, reads: operation.source === 'register' ? [0, index] : [0], pops };
    case 'load':
      return { ...neutral, reads: operation.source === 'register' ? [index] : [], pushes: true };
    case 'store':
      return { ...neutral, reads: [0], writes: operation.target === 'register' ? index : null, pops };
    case 'exchange':
    case 'move':
      return { ...neutral, reads: [0, index] };
    case 'squareRoot':
    case 'round':
    case 'negate':
    case 'absolute':
      return { ...neutral, reads: [0] };
    case 'free':
      return { ...neutral, frees: index, pops };
    case 'rotate':
      return { ...neutral, rotates: operation.by };
    case 'status':
    case 'loadControl':
    case 'storeControl':
      return neutral;
  }
}
