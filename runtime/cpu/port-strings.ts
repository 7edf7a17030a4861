import { Double, Eflags, Segment, Word } from '../../translator/abi/state.ts';
import { raiseSegmentFault } from '../fault.ts';
import { isAlignmentFault } from '../memory/alignment.ts';
import type { Cpu } from './cpu.ts';
import { checkPort, readPort, writePort } from './port-access.ts';
import { PortAccess } from './svm/intercept.ts';

/** Elements that one turn of a repeated INS or OUTS moves at most, before interrupts are looked at. */
const ELEMENTS_A_TURN = 256;

/**
 * INS: one element from port DX to ES:EDI.
 * @param size of the element: 1, 2 or 4
 * @param mask of the address: which bits of ECX and EDI count, 0xffff or -1
 */
export function stringIn(cpu: Cpu, size: number, mask: number): void {
  elementIn(cpu, size, mask, accessIn(mask));
}

/** The access of INS, and that of OUTS, with addresses of a mask. */
const accessIn = (mask: number) => PortAccess.in | PortAccess.string | addressBits(mask);
const accessOut = (mask: number, segment: number) =>
  PortAccess.out | PortAccess.string | addressBits(mask) | (segment << PortAccess.segmentShift);
const addressBits = (mask: number) => (mask === -1 ? PortAccess.address32 : PortAccess.address16);

function elementIn(cpu: Cpu, size: number, mask: number, access: number): void {
  const { memory, state } = cpu;
  const port = state[Word.edx] & 0xffff;
  checkPort(cpu, port, size, access);
  const linear = stringAddress(cpu, Segment.es, state[Word.edi] & mask, size, Double.writeSpan);
  memory.current.probeWrite(linear, size);
  const value = readPort(cpu, port, size);
  if (size === 4) memory.current.store32(linear, value);
  else if (size === 2) memory.current.store16(linear, value & 0xffff);
  else memory.current.store8(linear, value & 0xff);
  advance(cpu, Word.edi, size, mask);
}

/** OUTS: one element from `segment`:ESI to port DX. */
export function stringOut(cpu: Cpu, size: number, mask: number, segment: number): void {
  elementOut(cpu, size, mask, segment, accessOut(mask, segment));
}

function elementOut(cpu: Cpu, size: number, mask: number, segment: number, access: number): void {
  const { state } = cpu;
  const port = state[Word.edx] & 0xffff;
  checkPort(cpu, port, size, access);
  const linear = stringAddress(cpu, segment, state[Word.esi] & mask, size, Double.readSpan);
  writePort(cpu, port, load(cpu, linear, size), size);
  advance(cpu, Word.esi, size, mask);
}

/** REP INS, a number of elements at once. Goes on at `eip`, the instruction itself, until ECX is 0. */
export function repeatStringIn(cpu: Cpu, size: number, mask: number, eip: number, nextEip: number): void {
  for (let n = 0; mayGoOn(cpu, mask, n); ) {
    const count = blockIn(cpu, size, mask, ELEMENTS_A_TURN - n);
    if (count === 0) elementIn(cpu, size, mask, accessIn(mask) | PortAccess.repeat);
    n += countDown(cpu, mask, count || 1);
  }
  leaveRepeat(cpu, mask, eip, nextEip);
}

/** REP OUTS. */
export function repeatStringOut(
  cpu: Cpu,
  size: number,
  mask: number,
  segment: number,
  eip: number,
  nextEip: number,
): void {
  for (let n = 0; mayGoOn(cpu, mask, n); ) {
    const count = blockOut(cpu, size, mask, segment, ELEMENTS_A_TURN - n);
    if (count === 0) elementOut(cpu, size, mask, segment, accessOut(mask, segment) | PortAccess.repeat);
    n += countDown(cpu, mask, count || 1);
  }
  leaveRepeat(cpu, mask, eip, nextEip);
}

/** Elements of REP INS that the device gives at once: 0 where they must be read one by one. */
function blockIn(cpu: Cpu, size: number, mask: number, most: number): number {
  const { ports, memory, state } = cpu;
  if (ports.readBlock === undefined || !mayMoveBlocks(cpu)) return 0;
  const port = state[Word.edx] & 0xffff;
  checkPort(cpu, port, size, accessIn(mask) | PortAccess.repeat);
  const { linear, bytes } = blockOf(cpu, Segment.es, Word.edi, Double.writeSpan, size, mask, most);
  const target = bytes === 0 ? null : memory.writableSpan(linear, bytes);
  if (target === null) return 0;
  const done = ports.readBlock(port, size, whole(target, size));
  advanceBy(cpu, Word.edi, done, mask);
  return done / size;
}

/** Elements of REP OUTS that the device takes at once: 0 where they must be written one by one. */
function blockOut(cpu: Cpu, size: number, mask: number, segment: number, most: number): number {
  const { ports, memory, state } = cpu;
  if (ports.writeBlock === undefined || !mayMoveBlocks(cpu)) return 0;
  const port = state[Word.edx] & 0xffff;
  checkPort(cpu, port, size, accessOut(mask, segment) | PortAccess.repeat);
  const { linear, bytes } = blockOf(cpu, segment, Word.esi, Double.readSpan, size, mask, most);
  const source = bytes === 0 ? null : memory.readableSpan(linear, bytes);
  if (source === null) return 0;
  const done = ports.writeBlock(port, size, whole(source, size));
  advanceBy(cpu, Word.esi, done, mask);
  return done / size;
}

/** Whether nothing wants to see single elements, and they go upwards. */
function mayMoveBlocks(cpu: Cpu): boolean {
  return asked(cpu) === 0 && (cpu.state[Word.eflags] & Eflags.df) === 0 && !cpu.breakpoints.active;
}

/**
 * Where the elements that are left are: `most` at most, as far as they lie in the segment and the address doesn't wrap. None
 * where they are misaligned and that is a fault.
 */
function blockOf(
  cpu: Cpu,
  segment: number,
  register: number,
  spans: number,
  size: number,
  mask: number,
  most: number,
): { readonly linear: number; readonly bytes: number } {
  const { doubles, state } = cpu;
  const offset = (state[register] & mask) >>> 0;
  const fromLow = (offset - state[Word.segmentLow + segment]) >>> 0;
  const room = Math.min(doubles[spans + segment] - fromLow, (mask >>> 0) - offset) + 1;
  const linear = (state[Word.segmentBase + segment] + offset) | 0;
  const count = Math.min((state[Word.ecx] & mask) >>> 0, most, Math.floor(room / size));
  return { linear, bytes: isAlignmentFault(state, linear, size) ? 0 : Math.max(count, 0) * size };
}

/** Without an element that reaches into the next page. */
function whole(span: Uint8Array, size: number): Uint8Array {
  return span.subarray(0, span.length - (span.length % size));
}

/** Not 0 where attention or a debug trap is due after an element. */
function asked({ state, isCounted }: Cpu): number {
  const attention = isCounted ? 0 : state[Word.attention];
  return attention | state[Word.debugTraps] | (state[Word.eflags] & Eflags.tf);
}

/** At least one element a turn, if there is one; no other where something is due after it. */
function mayGoOn(cpu: Cpu, mask: number, done: number): boolean {
  if ((cpu.state[Word.ecx] & mask) === 0) return false;
  return done === 0 || (done < ELEMENTS_A_TURN && asked(cpu) === 0);
}

function countDown(cpu: Cpu, mask: number, count: number): number {
  advanceBy(cpu, Word.ecx, -count, mask);
  return count;
}

function leaveRepeat(cpu: Cpu, mask: number, eip: number, nextEip: number): void {
  const { state } = cpu;
  const done = (state[Word.ecx] & mask) === 0;
  state[Word.eip] = done ? nextEip : eip;
  // A trap between two elements comes back to the same instruction (Intel SDM vol. 3, 18.3.1.1).
  if (!done && state[Word.debugTraps] !== 0) state[Word.eflags] |= Eflags.rf;
}

function stringAddress(cpu: Cpu, segment: number, offset: number, size: number, spans: number): number {
  const { doubles, state } = cpu;
  const fromLow = (offset - state[Word.segmentLow + segment]) >>> 0;
  if (fromLow + size - 1 > doubles[spans + segment]) {
    raiseSegmentFault(segment);
  }
  return (state[Word.segmentBase + segment] + offset) | 0;
}

function load(cpu: Cpu, linear: number, size: number): number {
  if (size === 4) return cpu.memory.current.load32(linear);
  return size === 2 ? cpu.memory.current.load16(linear) : cpu.memory.current.load8(linear);
}

function advance(cpu: Cpu, word: number, size: number, mask: number): void {
  advanceBy(cpu, word, cpu.state[Word.eflags] & Eflags.df ? -size : size, mask);
}

function advanceBy(cpu: Cpu, word: number, bytes: number, mask: number): void {
  const value = cpu.state[word];
  cpu.state[word] = (value & ~mask) | ((value + bytes) & mask);
}
