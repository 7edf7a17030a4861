import { Cr0 } from '../../translator/abi/control-registers.ts';
import { Rights } from '../../translator/abi/rights.ts';
import { Eflags, Halt, Segment, Word } from '../../translator/abi/state.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { readEflags } from '../cpu/eflags.ts';

/** A segment register with its hidden part. */
export interface SegmentRegister {
  /** Its visible part. */
  readonly selector: number;
  /** Linear address of its first byte. */
  readonly base: number;
  /** In bytes, granularity applied. */
  readonly limit: number;
  /** Bits 8-15 and 20-23 of the descriptor's second word, in place. */
  readonly rights: number;
}

/** Registers of the processor; all numbers are unsigned. */
export interface CpuRegisters {
  /** General register EAX. */
  readonly eax: number;
  /** General register EBX. */
  readonly ebx: number;
  /** General register ECX. */
  readonly ecx: number;
  /** General register EDX. */
  readonly edx: number;
  /** General register ESI. */
  readonly esi: number;
  /** General register EDI. */
  readonly edi: number;
  /** General register EBP. */
  readonly ebp: number;
  /** Stack pointer. */
  readonly esp: number;
  /** Offset of the next instruction in the code segment. */
  readonly eip: number;
  /** Flags; the reserved bit 1 is set. */
  readonly eflags: number;
  /** Current privilege level, 0-3. */
  readonly cpl: number;
  /** Segment register ES. */
  readonly es: SegmentRegister;
  /** Segment register CS. */
  readonly cs: SegmentRegister;
  /** Segment register SS. */
  readonly ss: SegmentRegister;
  /** Segment register DS. */
  readonly ds: SegmentRegister;
  /** Segment register FS. */
  readonly fs: SegmentRegister;
  /** Segment register GS. */
  readonly gs: SegmentRegister;
  /** Local descriptor table register. */
  readonly ldtr: SegmentRegister;
  /** Task register. */
  readonly tr: SegmentRegister;
  /** Global descriptor table register. */
  readonly gdtr: {
    /** Linear address of the table. */
    readonly base: number;
    /** Offset of its last byte. */
    readonly limit: number;
  };
  /** Interrupt descriptor table register. */
  readonly idtr: {
    /** Linear address of the table. */
    readonly base: number;
    /** Offset of its last byte. */
    readonly limit: number;
  };
  /** Control register 0. */
  readonly cr0: number;
  /** Linear address of the last page fault. */
  readonly cr2: number;
  /** Physical address of the page tables. */
  readonly cr3: number;
  /** Control register 4. */
  readonly cr4: number;
  /** DR0 to DR7; 4 and 5 are not in use. */
  readonly dr: readonly number[];
  /** Model-specific register EFER. */
  readonly efer: number;
  /** HLT waits for an interrupt. */
  readonly halted: boolean;
  /** Interrupts wait until the next instruction is done (after STI and MOV SS). */
  readonly interruptShadow: boolean;
  /** Whether the gate of A20 is open. */
  readonly a20: boolean;
}

/** The registers as they are between two instructions. */
export function readRegisters(cpu: Cpu, a20: boolean): CpuRegisters {
  const { state } = cpu;
  const word = (n: number) => state[n]! >>> 0;
  const segment = (n: number): SegmentRegister => ({
    selector: word(Word.selector + n),
    base: word(Word.segmentBase + n),
    limit: word(Word.segmentLimit + n),
    rights: word(Word.segmentRights + n),
  });
  const system = (first: number): SegmentRegister => ({
    selector: word(first),
    base: word(first + 1),
    limit: word(first + 2),
    rights: word(first + 3),
  });
  return {
    ...{ eax: word(Word.eax), ebx: word(Word.ebx), ecx: word(Word.ecx), edx: word(Word.edx) },
    ...{ esi: word(Word.esi), edi: word(Word.edi), ebp: word(Word.ebp), esp: word(Word.esp) },
    ...{ eip: word(Word.eip), eflags: readEflags(cpu) >>> 0, cpl: word(Word.cpl) },
    ...{ es: segment(Segment.es), cs: segment(Segment.cs), ss: segment(Segment.ss) },
    ...{ ds: segment(Segment.ds), fs: segment(Segment.fs), gs: segment(Segment.gs) },
    ...{ ldtr: system(Word.ldtrSelector), tr: system(Word.taskSelector) },
    gdtr: { base: word(Word.gdtrBase), limit: word(Word.gdtrLimit) },
    idtr: { base: word(Word.idtrBase), limit: word(Word.idtrLimit) },
    ...{ cr0: word(Word.cr0), cr2: word(Word.cr2), cr3: word(Word.cr3), cr4: word(Word.cr4) },
    dr: Array.from({ length: 8 }, (_, n) => word(Word.debug + n)),
    efer: word(Word.efer),
    halted: state[Word.halted] === Halt.waiting || state[Word.halted] === Halt.startUp,
    interruptShadow: state[Word.interruptShadow] !== 0,
    a20,
  };
}

/** The registers as QEMU's `info registers` shows them, without those of the FPU: lines without a last line feed. */
export function formatRegisters(registers: CpuRegisters): string {
  const r = registers;
  const isProtected = (r.cr0 & Cr0.pe) !== 0;
  const segments = [
    ...(['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const).map((name) => [name.toUpperCase(), r[name]] as const),
    ...[['LDT', r.ldtr] as const, ['TR', r.tr] as const],
  ];
  return [
    `EAX=${hex(r.eax)} EBX=${hex(r.ebx)} ECX=${hex(r.ecx)} EDX=${hex(r.edx)}`,
    `ESI=${hex(r.esi)} EDI=${hex(r.edi)} EBP=${hex(r.ebp)} ESP=${hex(r.esp)}`,
    `EIP=${hex(r.eip)} EFL=${hex(r.eflags)} [${flagLetters(r.eflags)}] CPL=${r.cpl} II=${+r.interruptShadow} A20=${+r.a20} SMM=0 HLT=${+r.halted}`,
    ...segments.map(([name, segment]) => formatSegment(name, segment, isProtected)),
    `GDT=     ${hex(r.gdtr.base)} ${hex(r.gdtr.limit)}`,
    `IDT=     ${hex(r.idtr.base)} ${hex(r.idtr.limit)}`,
    `CR0=${hex(r.cr0)} CR2=${hex(r.cr2)} CR3=${hex(r.cr3)} CR4=${hex(r.cr4)}`,
    [0, 1, 2, 3].map((n) => `DR${n}=${hex(r.dr[n]!)}`).join(' '),
    `DR6=${hex(r.dr[6]!)} DR7=${hex(r.dr[7]!)}`,
    `EFER=${hex(r.efer, 16)}`,
  ].join('\n');
}

/** A number in hexadecimal with at least so many digits. */
export function hex(value: number, digits = 8): string {
  return (value >>> 0).toString(16).padStart(digits, '0');
}

const letters = [
  [Eflags.df, 'D'],
  [Eflags.of, 'O'],
  [Eflags.sf, 'S'],
  [Eflags.zf, 'Z'],
  [Eflags.af, 'A'],
  [Eflags.pf, 'P'],
  [Eflags.cf, 'C'],
] as const;

function flagLetters(eflags: number): string {
  return letters.map(([flag, letter]) => (eflags & flag ? letter : '-')).join('');
}

function formatSegment(name: string, segment: SegmentRegister, isProtected: boolean): string {
  const { selector, base, limit, rights } = segment;
  const values = `${name.padEnd(3)}=${hex(selector, 4)} ${hex(base)} ${hex(limit)} ${hex(withLimit(rights, limit))}`;
  if (!isProtected || (rights & Rights.present) === 0) return values;
  return `${values} DPL=${(rights >>> Rights.dplShift) & 3} ${formatType(rights)}`;
}

/** Rights with the limit's bits 16-19 in their place in a descriptor's second word. */
export function withLimit(rights: number, limit: number): number {
  return rights | (((rights & Rights.granular ? limit >>> 28 : limit >>> 16) & 0xf) << 16);
}

const systemTypes = [
  ...['Reserved', 'TSS16-avl', 'LDT', 'TSS16-busy', 'CallGate16', 'TaskGate', 'IntGate16', 'TrapGate16'],
  ...['Reserved', 'TSS32-avl', 'Reserved', 'TSS32-busy', 'CallGate32', 'Reserved', 'IntGate32', 'TrapGate32'],
];

function formatType(rights: number): string {
  const bit = (mask: number, letter: string) => (rights & mask ? letter : '-');
  if ((rights & Rights.segment) === 0) return systemTypes[(rights >>> 8) & 0xf]!;
  const isCode = (rights & Rights.code) !== 0;
  const kind = isCode ? bit(Rights.big, 'CS32').replace('-', 'CS16') : bit(Rights.big, 'DS  ').replace('-', 'DS16');
  const second = isCode ? bit(Rights.readable, 'R') : bit(Rights.writable, 'W');
  const first = isCode ? bit(Rights.conforming, 'C') : bit(Rights.expandDown, 'E');
  return `${kind} [${first}${second}${bit(Rights.accessed, 'A')}]`;
}
