import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import { claimVbePorts } from '../bochs-vbe/ports.ts';
import { BochsVbe } from '../bochs-vbe/vbe.ts';
import { PciFunction } from '../pci/function.ts';
import { memoryRange, portRange } from '../pci/range.ts';
import { romBar } from '../pci/rom.ts';
import { type AdapterOptions, type DisplayAdapter, VgaCore } from '../vga/core.ts';
import { Dac } from '../vga/dac.ts';
import { vgaRegisters } from '../vga/indexed-registers.ts';
import type { PictureSource } from '../vga/picture.ts';
import { Planes } from '../vga/planes.ts';
import { usualTiming } from '../vga/retrace.ts';
import { VideoRam } from '../vga/video-ram.ts';
import { runCommands } from './commands.ts';
import { CommandFifo } from './fifo.ts';
import { vmwarePicture } from './picture.ts';
import { RegisterWindow } from './register-window.ts';
import { FIFO_BYTES, Id, MEMORY_BYTES, PORT_COUNT } from './registers.ts';
import { vmwareState } from './state.ts';
import { Surface } from './surface.ts';

export interface VmwareSvgaOptions extends AdapterOptions {
  readonly events: EventQueue;
  readonly guestError: ReportGuestError;
}

/** Nanoseconds between two looks for commands that the driver does not wait for. */
const LOOK = 20e6;

/** VMware's SVGA II, as QEMU's `-vga vmware`: a VGA with Bochs' VBE extension, and registers and commands for drivers of VMware's. */
export class VmwareSvga implements DisplayAdapter {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly pictures: PictureSource;
  readonly #state = vmwareState.create();
  readonly #vbe: BochsVbe;
  readonly #core: VgaCore;
  readonly #registers: RegisterWindow;
  readonly #fifo: CommandFifo;
  readonly #surface: Surface;
  readonly #guestError: ReportGuestError;
  readonly #clock: Clock;
  readonly #look: Timer;

  constructor(options: VmwareSvgaOptions) {
    const { map, ports, events, clock, guestError } = options;
    const state = this.#state;
    this.component = vmwareState.bind('vmware-svga', state, { restored: () => this.#core.changed() });
    const memory = new VideoRam(map.ram, MEMORY_BYTES);
    const fifoMemory = new VideoRam(map.ram, FIFO_BYTES);
    const vbe = new BochsVbe({ state, memoryBytes: MEMORY_BYTES, clear: (bytes) => memory.clear(bytes) });
    this.#vbe = vbe;
    this.#fifo = new CommandFifo(fifoMemory);
    this.#surface = new Surface(state, memory);
    this.#guestError = guestError;
    this.#clock = clock;
    this.#look = events.timer('vmware-svga commands', () => this.#lookForCommands());
    this.#core = new VgaCore(options, {
      state,
      memory,
      registers: vgaRegisters(state),
      dac: new Dac(state, { componentMask: () => vbe.componentMask, colors: () => state.palette }),
      aperture: new Planes(state, memory, () => vbe.apertureMode()),
      picture: () => (state.isEnabled ? vmwarePicture(state) : vbe.picture()),
      timing: () => (state.isEnabled ? usualTiming(state.height) : vbe.timing()),
      settle: () => vbe.settle(),
    });
    this.pictures = this.#core.pictures;
    claimVbePorts(ports, { state, vbe, changed: () => this.#core.changed() });
    this.#registers = new RegisterWindow(state, {
      placeOf: (bar) => this.pciFunction.placeOf(bar),
      changed: () => this.#changed(),
      runCommands: () => this.#runCommands(),
    });
    this.pciFunction = this.#makeFunction(options, memory, fifoMemory);
    this.reset();
  }

  /** Memory keeps what it has. */
  reset(): void {
    Object.assign(this.#state, vmwareState.create());
    this.#vbe.reset();
    this.#changed();
  }

  /** The driver has turned the device on or off, set it up, or changed a color. */
  #changed(): void {
    const { isEnabled, isConfigured } = this.#state;
    if (!isEnabled || !isConfigured) this.#look.disarm();
    // A driver may change colors more often than the device looks.
    else if (this.#look.deadline === Infinity) this.#look.arm(this.#clock.now() + LOOK);
    this.#core.changed();
  }

  #lookForCommands(): void {
    this.#runCommands();
    this.#look.arm(this.#clock.now() + LOOK);
  }

  #runCommands(): void {
    const state = this.#state;
    const isOn = state.isEnabled && state.isConfigured;
    const guestError = this.#guestError;
    const waits = isOn && runCommands({ state, fifo: this.#fifo, surface: this.#surface, guestError });
    if (!waits) state.isSyncing = false;
  }

  #makeFunction({ map, ports, rom, device }: AdapterOptions, memory: VideoRam, fifo: VideoRam): PciFunction {
    const rangeOf = (name: string, { firstFrame, length }: VideoRam) =>
      memoryRange(map, { name, firstFrame, length, writable: true });
    return new PciFunction({
      name: 'vmware-svga pci',
      device,
      function: 0,
      ...Id,
      bars: [
        {
          index: 0,
          space: 'io',
          size: PORT_COUNT,
          range: portRange(ports, (base) => [
            {
              name: 'vmware-svga',
              first: base,
              count: PORT_COUNT,
              sizes: [4],
              read: (port) => this.#registers.read(port - base),
              write: (port, _, value) => this.#registers.write(port - base, value),
            },
          ]),
        },
        {
          index: 1,
          space: 'memory',
          size: MEMORY_BYTES,
          prefetchable: true,
          range: rangeOf('vmware-svga memory', memory),
        },
        {
          index: 2,
          space: 'memory',
          size: FIFO_BYTES,
          prefetchable: true,
          range: rangeOf('vmware-svga commands', fifo),
        },
        ...(rom ? [romBar(map, 'vmware-svga', rom)] : []),
      ],
    });
  }
}
