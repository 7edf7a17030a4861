import { Cr0 } from '../../translator/abi/control-registers.ts';
import { Segment, Word } from '../../translator/abi/state.ts';
import type { PortBus } from '../bus/ports.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { setRealSegment, setSegment } from '../cpu/segmentation.ts';
import { Fpu } from '../cpu/x87/fpu.ts';
import { parseElf } from '../firmware/load/elf.ts';
import { isElf } from '../firmware/load/elf-header.ts';
import { BootError, type BootState } from '../firmware/load/index.ts';
import type { PhysicalMemory } from '../memory/physical.ts';

/** Access rights of the flat segments: present, DPL 0, G, D/B, accessed; readable code, writable data. */
const FLAT_CODE = 0xc09b00;
const FLAT_DATA = 0xc09300;

/** Bytes to put into memory at each reset, as QEMU's generic loader does. */
export interface MemoryContent {
  /** The segments of an ELF file have addresses of their own. */
  readonly image: Uint8Array;
  readonly address: number;
  /** An ELF file, too, is put there as it is. */
  readonly raw?: boolean;
  /** The processor that begins there, or at an ELF file's entry. */
  readonly processor?: number;
}

/**
 * Puts a directly loaded guest, if there is one, in memory and the CPU at its first instruction, and then `contents` in memory. All has just
 * been reset.
 * @throws BootError for contents that cannot be there
 */
export function applyBoot(
  cpu: Cpu,
  memory: PhysicalMemory,
  ports: PortBus,
  boot: BootState | null,
  contents: readonly MemoryContent[] = [],
): void {
  if (boot) enterGuest(cpu, memory, ports, boot);
  for (const content of contents) {
    const entry = putContent(memory, content);
    // The others wait for the first one, which tells them where to begin.
    if (content.processor === 0) cpu.state[Word.eip] = entry;
  }
}

/** Returns where the program begins. */
function putContent(memory: PhysicalMemory, { image, address, raw = false }: MemoryContent): number {
  const isProgram = !raw && isElf(image);
  const raws = [{ address, bytes: image, size: image.length }];
  const { segments, entry } = isProgram ? parseElf(image) : { segments: raws, entry: address };
  try {
    for (const segment of segments) {
      memory.write(segment.address, segment.bytes);
      memory.write(segment.address + segment.bytes.length, new Uint8Array(segment.size - segment.bytes.length));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BootError(`what is to be put into memory has no place: ${error.message}; give another address`);
  }
  return entry;
}

function enterGuest(cpu: Cpu, memory: PhysicalMemory, ports: PortBus, boot: BootState): void {
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
 * the guest's start. False: it has said nothing. All has just been reset, except the memory.
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
