import { PAGE_BYTES } from '../../translator/abi/page.ts';
import type { ShadowSegment } from '../devices/i440fx/index.ts';
import { romRange } from '../devices/pci/rom.ts';
import { VGA_WINDOW } from '../devices/vga/modes.ts';
import { BootError, placeBios } from '../firmware/load/index.ts';
import { type AddressWindow, Layer, NO_FRAME, PhysicalMap } from '../memory/physical-map.ts';
import { GuestRam } from '../memory/ram.ts';
import { hasBalloon, type MachineConfig } from './config.ts';
import { displayBytes } from './display.ts';
import { type PlacedFlash, placedFlash } from './flash-chips.ts';
import { splitMemory } from './memory-size.ts';
import { xenBytes } from './xen.ts';

/** Bytes of RAM, ROM and video memory: offsets into them must not be negative as 32-bit integers (memory/tlb.ts). */
const MEGABYTE = 1 << 20;
const LARGEST_BUFFER = 2047 * MEGABYTE;
const LOW_TOP = 0x100000;

/** Memory by physical address as the PC's chips lay it out. */
export interface PhysicalLayout {
  readonly map: PhysicalMap;
  /** The host bridge says which segments below 1 MB are RAM. */
  setShadow(segments: readonly ShadowSegment[]): void;
}

/** RAM, and what is not RAM: the display's window, the firmware's ROM. Throws BootError if they are too large together. */
export function physicalLayout(config: MachineConfig): PhysicalLayout {
  const { memoryBytes, boot, cards = [] } = config;
  const flash = placedFlash(config);
  const rom = romOf(boot, flash);
  const romBytes = rom?.bytes.length ?? 0;
  const cardBytes = cards.reduce((sum, card) => sum + (card.rom ? romRange(card.rom) : 0), 0);
  const flashBytes = flash.reduce((sum, { contents }) => sum + contents.length, 0);
  const otherBytes = romBytes + flashBytes + cardBytes + displayBytes(config) + xenBytes(config);
  if (memoryBytes + otherBytes > LARGEST_BUFFER) {
    const most = Math.floor((LARGEST_BUFFER - otherBytes) / MEGABYTE);
    throw new BootError(
      `memory, BIOS image, flash chips, option ROMs and video memory are more than ${LARGEST_BUFFER / MEGABYTE} MB; give the machine at most ${most} MB of memory (-m ${most})`,
    );
  }
  const inPages = hasBalloon(config) || config.memoryMerge === true;
  const ram = new GuestRam(memoryBytes, otherBytes, inPages);
  const map = new PhysicalMap(ram, splitMemory(config).below);
  // Accesses there go to the bus, not to RAM, whether there is an adapter or not.
  map.add({ name: 'display', layer: Layer.chipset, ...VGA_WINDOW, reads: NO_FRAME, writes: NO_FRAME });
  const firstRomFrame = map.ram.reserve(romBytes);
  if (rom) map.ram.bytes.set(rom.bytes, firstRomFrame * PAGE_BYTES);
  if (rom?.base !== undefined) {
    const { base, bytes } = rom;
    map.add({ name: 'BIOS', layer: Layer.memory, base, length: bytes.length, reads: firstRomFrame, writes: NO_FRAME });
  }
  /** The frame of the ROM that stands at an address below 1 MB where RAM does not. */
  const romFrameAt = (address: number): number => {
    if (rom === null || address < rom.low) return NO_FRAME;
    return firstRomFrame + (romBytes - LOW_TOP + address) / PAGE_BYTES;
  };
  return { map, setShadow: shadow(map, romFrameAt) };
}

/** A ROM, where it stands if it does, and where its end below 1 MB begins. */
interface Rom {
  readonly bytes: Uint8Array;
  readonly base?: number;
  readonly low: number;
}

/** A flash chip's end stands below 1 MB as it was when the machine was turned on. */
function romOf(boot: MachineConfig['boot'], [chip]: readonly PlacedFlash[]): Rom | null {
  if ('bios' in boot) {
    const { top, low } = placeBios(boot.bios);
    return { bytes: top.bytes, base: top.address, low: low.address };
  }
  if (!('flash' in boot)) return null;
  if (chip === undefined) throw new BootError('there is no flash chip to start from; give a drive that is one');
  const { address: low, bytes } = placeBios(chip.contents).low;
  return { bytes, low };
}

function shadow(map: PhysicalMap, romFrameAt: (address: number) => number): PhysicalLayout['setShadow'] {
  const placed = new Map<number, AddressWindow>();
  return (segments) => {
    for (const { base, length, readsRam, writesRam } of segments) {
      const ram = base / PAGE_BYTES;
      const reads = readsRam ? ram : romFrameAt(base);
      const writes = writesRam ? ram : NO_FRAME;
      const before = placed.get(base);
      if (before?.reads === reads && before.writes === writes) continue;
      if (before) map.remove(before);
      const window = { name: 'shadow', layer: Layer.chipset, base, length, reads, writes };
      placed.set(base, window);
      map.add(window);
    }
  };
}
