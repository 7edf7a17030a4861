import { flagCarriesOf, flagResultOf } from '../../../runtime/cpu/arithmetic.ts';
import { Eflags, Word } from '../../../translator/abi/state.ts';
import type { Random } from '../../support/random.ts';
import { ARENA, ARENA_BYTES } from './layout.ts';
import type { Start } from './machine.ts';
import type { Setting } from './modes.ts';

/** Offsets of code in protected mode: after the base, or at the arena. */
export function randomEntry({ mode, based }: Setting, random: Random): number {
  return (mode.bits === 32 && !based ? ARENA : 0) + random.below(0x3000);
}

function randomRegister({ mode, based }: Setting, random: Random): number {
  const kind = random.below(10);
  if (kind < 5) return (mode.bits === 32 && !based ? ARENA : 0) + random.below(based ? 0x3000 : ARENA_BYTES);
  if (kind < 7) return random.below(64) - 16;
  return kind < 8 ? 1 << random.below(32) : random.word();
}

function randomFlags({ mode }: Setting, random: Random): number {
  const maybe = (bits: number, percent: number): number => (random.chance(percent) ? bits : 0);
  return (
    Eflags.one |
    (random.word() & (Eflags.arithmetic | Eflags.if | Eflags.iopl | Eflags.vif)) |
    maybe(Eflags.df, 30) |
    maybe(Eflags.tf, 4) |
    maybe(Eflags.nt, 5) |
    maybe(Eflags.rf, 5) |
    maybe(Eflags.ac, 15) |
    maybe(Eflags.vip, 5) |
    (mode.kind === 'vm86' ? Eflags.vm : 0)
  );
}

/** Where there is room, mostly aligned. */
function stackOf({ mode, based }: Setting, random: Random): number {
  const offset = 0x800 + random.below(0x2000);
  return (mode.bits === 32 && !based ? ARENA : 0) + (random.chance(80) ? offset & ~3 : offset);
}

/** Breakpoints, of which some may be met. */
function randomBreakpoints(start: Map<number, number>, entry: number, setting: Setting, random: Random): void {
  for (let n = 0; n < 4; n++) {
    const near = random.chance(50) ? entry + random.below(64) : randomRegister(setting, random);
    start.set(Word.debug + n, near);
  }
  start.set(Word.debug + 7, (random.word() & 0xffff03ff) | 0x400);
}

/** The initial state of a run at `entry`. */
export function randomStart(setting: Setting, entry: number, random: Random): Start {
  const start = new Map<number, number>();
  for (let register = 0; register < 8; register++) start.set(register, randomRegister(setting, random));
  if (random.chance(90)) start.set(Word.esp, stackOf(setting, random));
  const flags = randomFlags(setting, random);
  start.set(Word.eflags, flags & ~Eflags.arithmetic);
  start.set(Word.flagResult, flagResultOf(flags));
  start.set(Word.flagCarries, flagCarriesOf(flags));
  start.set(Word.eip, entry);
  if (random.chance(3)) randomBreakpoints(start, entry, setting, random);
  start.set(Word.fpuControl, random.chance(70) ? 0x37f : (random.word() & 0xf3f) | 0x40);
  start.set(Word.mxcsr, random.chance(70) ? 0x1f80 : random.word() & 0xffff);
  if (random.chance(50)) start.set(Word.fpuTag, 0xffff);
  for (let n = 0; n < 32; n++) start.set(Word.xmm + n, random.chance(50) ? random.word() : 0x3f800000);
  return start;
}
