import type { MmioRegion } from '../../memory/mmio.ts';
import { Layer } from '../../memory/physical-map.ts';
import type { Component } from '../../snapshot/describe.ts';
import { PciFunction } from '../pci/function.ts';
import { type AddressRange, registerRange } from '../pci/range.ts';
import { romBar } from '../pci/rom.ts';
import { readBytes, writeBytes } from '../vga/aperture.ts';
import { type AdapterOptions, type DisplayAdapter, VgaCore } from '../vga/core.ts';
import type { PictureSource } from '../vga/picture.ts';
import { Planes } from '../vga/planes.ts';
import { Port } from '../vga/registers.ts';
import { VideoRam } from '../vga/video-ram.ts';
import { BlitRegisters } from './blit-registers.ts';
import { Blitter } from './blitter.ts';
import { CirrusDac } from './dac.ts';
import { FrameBuffer, RANGE_BYTES } from './frame-buffer.ts';
import { CirrusMemory } from './memory.ts';
import { cirrusPicture, cirrusTiming } from './picture.ts';
import { cirrusRegisters } from './register-sets.ts';
import { Configuration, Crtc, Id, MEMORY_BYTES, Sequencer, Unlock } from './registers.ts';
import { cirrusState } from './state.ts';

/** The second range of memory: the VGA's ports from 3C0h on, and the registers of the BitBLT engine. */
const MMIO_BYTES = 0x1000;
const PORT_COUNT = 0x20;
const BLIT_OFFSET = 0x100;
/** Registers as the board's straps and the video BIOS of QEMU's card leave them: 4 MB of memory 64 bits wide, and its clock. */
const AT_RESET: Readonly<Record<number, number>> = {
  [Sequencer.unlock]: Unlock.locked,
  [Sequencer.memory]: 0x98,
  [Sequencer.scratch3]: 0x04,
  [Sequencer.configuration]: Configuration.pci,
  [Sequencer.memoryClock]: 0x2d,
};
/** The graphics controller's register for the timing of the memory. */
const MEMORY_TIMING = { index: 0x18, value: 0x0f } as const;

/** A Cirrus Logic CL-GD5446 with 4 MB on PCI, as QEMU's `-vga cirrus`. */
export class Cirrus implements DisplayAdapter {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly pictures: PictureSource;
  readonly #state = cirrusState.create();
  readonly #core: VgaCore;
  readonly #blitter: Blitter;
  readonly #registers: BlitRegisters;
  readonly #frameBuffer: FrameBuffer;

  constructor(options: AdapterOptions) {
    const { map, rom, device } = options;
    const state = this.#state;
    const changed = (): void => this.#core.changed();
    this.component = cirrusState.bind('cirrus', state, { restored: () => this.#restored() });
    const video = new VideoRam(map.ram, MEMORY_BYTES);
    const blitter = new Blitter(state, video, changed);
    const sets = cirrusRegisters(state, blitter);
    const registers = new BlitRegisters(sets.graphics, changed);
    const planes = new Planes(state, video, () => ({ isLinear: false, bank: 0 }));
    const memory = new CirrusMemory(state, { memory: video, planes, blitter, registers });
    this.#blitter = blitter;
    this.#registers = registers;
    this.#frameBuffer = new FrameBuffer({ state, map, firstFrame: video.firstFrame, memory, blitter, registers });
    this.#core = new VgaCore(options, {
      state,
      memory: video,
      registers: sets,
      dac: new CirrusDac(state),
      aperture: memory,
      picture: () => cirrusPicture(state),
      timing: () => cirrusTiming(state),
      settle: () => this.#frameBuffer.changed(),
    });
    this.pictures = this.#core.pictures;
    this.pciFunction = new PciFunction({
      name: 'cirrus pci',
      device,
      function: 0,
      ...Id,
      bars: [
        { index: 0, space: 'memory', size: RANGE_BYTES, prefetchable: true, range: this.#frameBuffer },
        { index: 1, space: 'memory', size: MMIO_BYTES, range: this.#mmioRange(options) },
        ...(rom ? [romBar(map, 'cirrus', rom)] : []),
      ],
    });
    this.reset();
  }

  /** Memory keeps what it has. */
  reset(): void {
    const state = Object.assign(this.#state, cirrusState.create());
    for (const [index, value] of Object.entries(AT_RESET)) state.sequencer[Number(index)] = value;
    state.graphics[MEMORY_TIMING.index] = MEMORY_TIMING.value;
    state.crtc[Crtc.id] = Id.deviceId;
    this.#restored();
  }

  #restored(): void {
    this.#blitter.restored();
    this.#core.changed();
  }

  #mmioRange({ map }: AdapterOptions): AddressRange {
    return registerRange(map.bus(Layer.pci), (base) => this.#mmioRegion(base));
  }

  #mmioRegion(base: number): MmioRegion {
    const ports = this.#core.registers;
    const registers = this.#registers;
    const readByte = (offset: number): number => {
      if (offset >= BLIT_OFFSET) return registers.read(offset - BLIT_OFFSET);
      return offset < PORT_COUNT ? ports.readPort(Port.attribute + offset) : 0;
    };
    const writeByte = (offset: number, value: number): void => {
      if (offset >= BLIT_OFFSET) registers.write(offset - BLIT_OFFSET, value);
      else if (offset < PORT_COUNT) ports.writePort(Port.attribute + offset, value);
    };
    return {
      name: 'cirrus registers',
      base,
      length: MMIO_BYTES,
      read: (offset, size) => readBytes(readByte, offset, size),
      write: (offset, size, value) => writeBytes(writeByte, offset, size, value),
    };
  }
}
