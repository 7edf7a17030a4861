import { Cr0 } from '../../translator/abi/control-registers.ts';
import { Segment, Word } from '../../translator/abi/state.ts';
import type { PortBus } from '../bus/ports.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { setRealSegment, setSegment } from '../cpu/segmentation.ts';
import { Fpu } from '../cpu/x87/fpu.ts';
import type { BootState } from '../firmware/load/index.ts';
import type { PhysicalMemory } from '../memory/physical.ts';

/** Access rights of the flat segments: present, DPL 0, G, D/B, accessed; readable code, writable data. */
const FLAT_CODE = 0xc09b00;
const FLAT_DATA = 0xc09300;

/** Puts a directly loaded guest in memory and the CPU at its first instruction. All has just been reset. */
export function applyBoot(cpu: Cpu, memory: PhysicalMemory, ports: PortBus, boot: BootState): void {
  for (const { address, bytes } of boot.writes) memory.write(address, bytes);
  for (const [port, value] of boot.ports ?? []) ports.write(port, 1, value);
  const { state } = cpu;
  state[Word.cr0] = Cr0.et; // caches on, as firmware leaves them
  const { eip, eflags, ...general } = boot.registers;
  for (const [name, value] of Object.entries(general)) state[Word[name as keyof typeof general]] = value;
  state[Word.eip] = eip;
  state[Word.eflags] = eflags;
  new Fpu(cpu).initialize(); // as firmware leaves it, by FNINIT
  if (boot.mode === 'flat32') enterFlatMode(cpu, boot);
  else enterRealMode(cpu, boot);
  cpu.updateKey();
}

/**
 * After a suspension to RAM the CPU goes on where the system has said, in real mode (ACPI specification 2.0, 5.2.9), with chips as for
 * the guest's start. False: it has said nothing. All has just been reset, but for the memory.
 */
export function applyWake(cpu: Cpu, memory: PhysicalMemory, ports: PortBus, boot: BootState): boolean {
  if (boot.wakingVector === undefined) return false;
  const vector = doubleword(memory.read(boot.wakingVector, 4));
  if (vector === 0) return false;
  for (const [port, value] of boot.ports ?? []) ports.write(port, 1, value);
  const { state } = cpu;
  state[Word.cr0] = Cr0.et;
  setRealSegment(cpu, Segment.cs, (vector >>> 4) & 0xffff);
  state[Word.eip] = vector & 0xf;
  cpu.updateKey();
  return true;
}

function doubleword(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

function enterFlatMode(cpu: Cpu, { selectors, gdt }: BootState): void {
  const { state } = cpu;
  state[Word.cr0] |= Cr0.pe;
  state[Word.gdtrBase] = gdt?.base ?? 0;
  state[Word.gdtrLimit] = gdt?.limit ?? 0;
  state[Word.idtrLimit] = 0;
  for (let segment = 0; segment <= Segment.gs; segment++) {
    const isCode = segment === Segment.cs;
    setSegment(cpu, segment, isCode ? selectors.code : selectors.data, 0, -1, isCode ? FLAT_CODE : FLAT_DATA);
  }
}

function enterRealMode(cpu: Cpu, { selectors }: BootState): void {
  for (let segment = 0; segment <= Segment.gs; segment++) {
    setRealSegment(cpu, segment, segment === Segment.cs ? selectors.code : selectors.data);
  }
}
