import type { PortBus } from '../../bus/ports.ts';
import type { PhysicalMap } from '../../memory/physical-map.ts';
import { type Component, describe, u8 } from '../../snapshot/describe.ts';
import { PciFunction } from '../pci/function.ts';
import { type AddressRange, memoryRange, portRange } from '../pci/range.ts';
import { BAR_PORTS, FixedPort, Id, MAGIC, MEMORY_BYTES, PROTOCOL, SHARED_BYTES, Unplug } from './registers.ts';

/** The board's services for it. */
export interface PlatformServices {
  readonly device: number;
  readonly ports: PortBus;
  readonly map: PhysicalMap;
  /** The first frame of the memory that guests put what they share with the hypervisor into: SHARED_BYTES. */
  readonly firstFrame: number;
  /** The guest has unplugged emulated devices: `hasUnplugged` says of which kinds. */
  readonly unplugged: () => void;
}

const platformState = describe({
  /** Kinds of emulated devices that the guest has unplugged (bits of Unplug). */
  unplugged: u8,
});

/** The PCI device that guests know Xen by, and its ports by which they have emulated devices unplugged (docs/misc/hvm-emulated-unplug.pandoc of Xen). */
export class XenPlatform {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #options: PlatformServices;
  readonly #state = platformState.create();

  constructor(options: PlatformServices) {
    this.#options = options;
    this.component = platformState.bind('xen platform', this.#state);
    this.#claimPorts();
    this.pciFunction = new PciFunction({
      name: 'xen platform pci',
      device: options.device,
      function: 0,
      ...Id,
      interruptPin: 1,
      bars: [
        { index: 0, space: 'io', size: BAR_PORTS, range: this.#ports() },
        { index: 1, space: 'memory', size: MEMORY_BYTES, prefetchable: true, range: this.#memory() },
      ],
    });
  }

  /** Whether the guest has unplugged the emulated devices of a kind. */
  hasUnplugged(kind: number): boolean {
    return (this.#state.unplugged & kind) !== 0;
  }

  #unplug(kinds: number): void {
    this.#state.unplugged |= kinds;
    this.#options.unplugged();
  }

  reset(): void {
    Object.assign(this.#state, platformState.create());
  }

  /** Nothing but a place for writes that change nothing. */
  #ports(): AddressRange {
    return portRange(this.#options.ports, (first) => [
      { name: 'xen platform', first, count: BAR_PORTS, sizes: [1, 2, 4], read: (_, size) => 2 ** (8 * size) - 1 },
    ]);
  }

  #memory(): AddressRange {
    const { map, firstFrame } = this.#options;
    return memoryRange(map, { name: 'xen shared pages', firstFrame, length: SHARED_BYTES, writable: true });
  }

  #claimPorts(): void {
    this.#options.ports.register({
      name: 'xen platform',
      first: FixedPort.unplug,
      count: 4,
      sizes: [1, 2, 4],
      read: (port, size) => {
        if (port === FixedPort.unplug && size === 2) return MAGIC;
        return port === FixedPort.protocol && size === 1 ? PROTOCOL : 2 ** (8 * size) - 1;
      },
      write: (port, size, value) => {
        if (port === FixedPort.unplug && size === 2) this.#unplug(value & Unplug.all);
      },
    });
  }
}
