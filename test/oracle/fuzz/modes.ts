import type { Cpu } from '../../../runtime/cpu/cpu.ts';
import { setRealSegment, setSegment, setVm86Segment } from '../../../runtime/cpu/segmentation.ts';
import { Cr0, Cr4, Efer } from '../../../translator/abi/control-registers.ts';
import { Eflags, Segment, Word } from '../../../translator/abi/state.ts';
import type { Random } from '../../support/random.ts';
import { Layout, LOW_ARENA, LOW_ARENA_BYTES, Selector } from './layout.ts';

/** In what mode random code runs. */
export interface FuzzMode {
  readonly name: string;
  readonly kind: 'real' | 'vm86' | 'protected';
  /** Bits of protected mode's code. */
  readonly bits: 16 | 32;
  readonly cpl: 0 | 3;
}

export const fuzzModes: readonly FuzzMode[] = [
  { name: 'real mode', kind: 'real', bits: 16, cpl: 0 },
  { name: 'virtual-8086 mode', kind: 'vm86', bits: 16, cpl: 3 },
  { name: '16 bits, CPL 0', kind: 'protected', bits: 16, cpl: 0 },
  { name: '16 bits, CPL 3', kind: 'protected', bits: 16, cpl: 3 },
  { name: '32 bits, CPL 0', kind: 'protected', bits: 32, cpl: 0 },
  { name: '32 bits, CPL 3', kind: 'protected', bits: 32, cpl: 3 },
];

export type Paging = 'off' | '32-bit' | 'PAE';

/** The choices for some runs of random code. */
export interface Setting {
  readonly mode: FuzzMode;
  readonly paging: Paging;
  /** Segments of protected mode have a base and a limit. */
  readonly based: boolean;
  /** Bits of CR0 and CR4 besides those that follow from the others. */
  readonly cr0: number;
  readonly cr4: number;
}

export function randomSetting(mode: FuzzMode, random: Random): Setting {
  const pagings: readonly Paging[] =
    mode.kind === 'real' ? ['off'] : mode.kind === 'vm86' ? ['32-bit', 'PAE'] : ['off', '32-bit', 'PAE', 'PAE'];
  const maybe = (bits: number, percent: number): number => (random.chance(percent) ? bits : 0);
  return {
    mode,
    paging: random.pick(pagings),
    based: mode.bits === 16 || random.chance(30),
    cr0: maybe(Cr0.wp, 50) | maybe(Cr0.am, 50) | maybe(Cr0.ne, 70) | maybe(Cr0.ts, 5) | maybe(Cr0.mp, 30),
    cr4:
      maybe(Cr4.vme, 50) |
      maybe(Cr4.pvi, 30) |
      maybe(Cr4.tsd, 10) |
      maybe(Cr4.de, 50) |
      maybe(Cr4.pse, 70) |
      maybe(Cr4.pge, 50) |
      maybe(Cr4.osfxsr, 90) |
      maybe(Cr4.osxmmexcpt, 80),
  };
}

/** Access rights of a segment register. */
const Code = { 16: 0x9b00, 32: 0x409b00 } as const;
const Data = { 16: 0x9300, 32: 0x409300 } as const;
const USER = 0x6000;
const GRANULAR = 0x800000;

/** Puts a CPU that has been reset into the mode. `baseOf`: base and limit of a descriptor in the global table. */
export function enterMode(cpu: Cpu, setting: Setting, random: Random, tables: DataView): void {
  const { state } = cpu;
  const { mode, paging, cr0, cr4 } = setting;
  const isProtected = mode.kind !== 'real';
  state[Word.cr0] = cr0 | Cr0.et | (isProtected ? Cr0.pe : 0) | (paging === 'off' ? 0 : Cr0.pg);
  state[Word.cr4] = cr4 | (paging === 'PAE' ? Cr4.pae : 0);
  state[Word.cr3] = paging === 'PAE' ? Layout.pointers : Layout.directory;
  state[Word.efer] = paging === 'PAE' ? Efer.nxe : 0;
  if (paging === 'PAE') for (let n = 0; n < 4; n++) state[Word.pagePointer + 2 * n] = Layout.wideDirectory | 1;
  state[Word.cpl] = mode.cpl;
  setTables(state, isProtected);
  if (mode.kind === 'protected') enterProtected(cpu, setting, tables);
  else enterSegments(cpu, mode.kind, random);
}

function setTables(state: Int32Array, isProtected: boolean): void {
  state[Word.idtrBase] = isProtected ? Layout.interruptTable : 0;
  state[Word.idtrLimit] = isProtected ? 0x7ff : 0x3ff;
  state[Word.gdtrBase] = Layout.globalTable;
  state[Word.gdtrLimit] = 0xfff;
  state[Word.ldtrSelector] = Selector.local;
  state[Word.ldtrBase] = Layout.localTable;
  state[Word.ldtrLimit] = 0xfff;
  state[Word.ldtrRights] = 0x8200;
  state[Word.taskSelector] = Selector.task;
  state[Word.taskBase] = Layout.task;
  state[Word.taskLimit] = 0x2fff;
  state[Word.taskRights] = 0x8b00;
}

function enterProtected(cpu: Cpu, { mode, based }: Setting, tables: DataView): void {
  const user = mode.cpl === 3;
  const first = (mode.bits === 32 ? Selector.code32 : Selector.code16) + (user ? 0x20 : 0);
  const code = (based ? first + Selector.based - Selector.code32 : first) | mode.cpl;
  for (let segment = 0; segment <= Segment.gs; segment++) {
    const isCode = segment === Segment.cs;
    const rights = (isCode ? Code : Data)[mode.bits] | (user ? USER : 0) | (based ? 0 : GRANULAR);
    const selector = isCode ? code : code + 8;
    const low = tables.getUint32(Layout.globalTable + (selector & ~7), true);
    const high = tables.getUint32(Layout.globalTable + (selector & ~7) + 4, true);
    const base = (low >>> 16) | ((high & 0xff) << 16) | (high & 0xff000000);
    setSegment(cpu, segment, selector, base, based ? low & 0xffff : -1, rights);
  }
}

/** Segments of real and virtual-8086 mode: anywhere in conventional memory, CS where code is. */
function enterSegments(cpu: Cpu, kind: 'real' | 'vm86', random: Random): void {
  if (kind === 'vm86') cpu.state[Word.eflags] |= Eflags.vm;
  for (let segment = 0; segment <= Segment.gs; segment++) {
    const selector = (LOW_ARENA >> 4) + random.below((LOW_ARENA_BYTES - 0x10000) >> 4);
    if (kind === 'vm86') setVm86Segment(cpu, segment, selector);
    else setRealSegment(cpu, segment, selector);
  }
}
