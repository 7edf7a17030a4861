import { PciFunction } from '../pci/function.ts';
import { Header } from '../pci/registers.ts';
import { Id, PAM, PAM_ALL_RAM, PAM_COUNT, PamBit, SMRAM, SMRAM_INITIAL } from './registers.ts';

/** One of the 13 segments from 0xc0000 to 0xfffff whose accesses go to RAM or to what is behind it (ROM, ISA). */
export interface ShadowSegment {
  readonly base: number;
  readonly length: number;
  /** Reads, and writes, reach RAM. */
  readonly readsRam: boolean;
  readonly writesRam: boolean;
}

export interface HostBridgeOptions {
  /** Called with all segments at first, and whenever one changes. */
  readonly shadowChanged: (segments: readonly ShadowSegment[]) => void;
  /** After a reset all segments are RAM, as firmware leaves them for systems that are started without it. */
  readonly allRam?: boolean;
}

/** The i440FX host bridge, function 0 of device 0: the PAM registers, and scratch registers that firmware sets. */
export function hostBridge({ shadowChanged, allRam = false }: HostBridgeOptions): PciFunction {
  // Derived: what was told last.
  let last = '';
  const changed = (): void => {
    const segments = shadowSegments(bridge);
    const shape = segments.map(({ readsRam, writesRam }) => `${readsRam}${writesRam}`).join();
    if (shape !== last) shadowChanged(segments);
    last = shape;
  };
  const pams = Array.from({ length: PAM_COUNT }, (_, index) => ({
    offset: PAM + index,
    size: 1 as const,
    value: allRam ? pamMask(index) : 0,
    writable: pamMask(index),
  }));
  const bridge = new PciFunction({
    name: 'i440fx',
    device: 0,
    function: 0,
    ...Id,
    registers: [
      // Memory and bus mastering cannot be turned off.
      { offset: Header.command, size: 2, value: 0x0006, writable: 0x0140 },
      { offset: Header.status, size: 2, value: 0x0280 },
      { offset: 0x50, size: 4, writable: 0xffffffff },
      { offset: 0x54, size: 4, writable: 0xffffffff },
      { offset: 0x58, size: 1, writable: 0xff },
      ...pams,
      { offset: 0x60, size: 4, writable: 0xffffffff },
      { offset: 0x64, size: 4, writable: 0xffffffff },
      { offset: SMRAM, size: 1, value: SMRAM_INITIAL, writable: 0x7f },
    ],
    changed,
  });
  changed();
  return bridge;
}

/** PAM0 has the segment from 0xf0000 on in its upper half, and nothing in the lower. */
function pamMask(index: number): number {
  return index === 0 ? PAM_ALL_RAM & 0xf0 : PAM_ALL_RAM;
}

/** The memory segments that the PAM registers control: 0xf0000-0xfffff first, then 0xc0000 upwards in 16 KB. */
function shadowSegments(bridge: PciFunction): ShadowSegment[] {
  const segment = (nibble: number, base: number, length: number): ShadowSegment => ({
    base,
    length,
    readsRam: (nibble & PamBit.read) !== 0,
    writesRam: (nibble & PamBit.write) !== 0,
  });
  const segments = [segment(bridge.read(PAM, 1) >> 4, 0xf0000, 0x10000)];
  for (let index = 0; index < 2 * (PAM_COUNT - 1); index++) {
    const pam = bridge.read(PAM + 1 + (index >> 1), 1);
    segments.push(segment((index & 1) === 0 ? pam : pam >> 4, 0xc0000 + index * 0x4000, 0x4000));
  }
  return segments;
}
