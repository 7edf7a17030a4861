import { AtapiDrive } from '../../ata/atapi/drive.ts';
import { AtaDisk } from '../../ata/disk/disk.ts';
import type { Drive } from '../../ata/drive.ts';
import { allOnes, type PortBus, type PortRegion } from '../../bus/ports.ts';
import { partOfWord } from '../../bus/word-part.ts';
import type { BlockPort } from '../../host/block.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { MmioRegion } from '../../memory/mmio.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { functionMemory } from '../pci/bus-master.ts';
import type { MessageOptions, PciChipOptions } from '../pci/chip-options.ts';
import { PciFunction } from '../pci/function.ts';
import { Msi } from '../pci/msi.ts';
import { portRange, registerRange } from '../pci/range.ts';
import type { CommandList } from './command-list.ts';
import { AhciPort } from './port.ts';
import {
  ADDRESS_MAP,
  CAPABILITIES,
  Control,
  FIRST_PORT,
  Host,
  Id,
  INDEX_BAR,
  INDEX_BYTES,
  IndexPort,
  MEMORY_BAR,
  MEMORY_BYTES,
  MSI_AT,
  PORT_BYTES,
  PORTS,
  SATA_CAPABILITY,
  VERSION,
} from './registers.ts';
import { hostState } from './state.ts';

/** A drive at a port. */
export interface SataDrive {
  /** Unique in the machine; names the drive's state. */
  readonly name: string;
  /** The port's number, from 0 on. */
  readonly index: number;
  readonly media: 'disk' | 'cdrom';
  readonly serial?: string;
  /** Its medium. */
  readonly port: BlockPort;
}

export interface AhciOptions extends PciChipOptions, MessageOptions {
  readonly ports: PortBus;
  readonly drives: readonly SataDrive[];
}

/** The AHCI controller of Intel's ICH9, with six ports for Serial ATA drives. */
export class AhciController {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #options: AhciOptions;
  readonly #state = hostState.create();
  readonly #ports: readonly AhciPort[];
  readonly #msi: Msi | null;

  constructor(options: AhciOptions) {
    this.#options = options;
    const memory = functionMemory(options.memory, () => this.pciFunction);
    this.#ports = Array.from({ length: PORTS }, (_, n) => this.#makePort(n, memory));
    this.#msi = this.#makeMsi();
    this.pciFunction = this.#makeFunction();
    const drives = this.#ports.flatMap(({ drive }) => drive?.component ?? []);
    // Ports before their drives: these go on with what is under way there.
    const components = [hostState.bind('host', this.#state), ...this.#ports.map(({ component }) => component)];
    this.component = joinComponents('ahci', [...components, ...drives]);
    // Nobody resets a machine that is made.
    this.reset();
  }

  #makePort(n: number, memory: BusMemory): AhciPort {
    const { drives, guestError } = this.#options;
    const drive = drives.find(({ index }) => index === n);
    const make = drive === undefined ? null : (list: CommandList): Drive => makeDrive(drive, list);
    return new AhciPort({ name: `port ${n}`, memory, guestError, drive: make, changed: () => this.#drive() });
  }

  #makeMsi(): Msi | null {
    const { sendMessage: send, guestError } = this.#options;
    const pciFunction = () => this.pciFunction;
    return send === undefined
      ? null
      : new Msi({ name: 'ahci', at: MSI_AT, next: SATA_CAPABILITY.at, guestError, send, pciFunction });
  }

  #makeFunction(): PciFunction {
    const { device, ports, mmio } = this.#options;
    const { at, id, revision, location } = SATA_CAPABILITY;
    return new PciFunction({
      name: 'ahci function',
      device,
      function: 0,
      ...Id,
      interruptPin: 1,
      bars: [
        {
          index: INDEX_BAR,
          space: 'io',
          size: INDEX_BYTES,
          range: portRange(ports, (base) => [this.#indexPorts(base)]),
        },
        {
          index: MEMORY_BAR,
          space: 'memory',
          size: MEMORY_BYTES,
          range: registerRange(mmio, (base) => this.#registers(base)),
        },
      ],
      firstCapability: this.#msi === null ? at : MSI_AT,
      registers: [
        ...(this.#msi?.registers ?? []),
        { offset: ADDRESS_MAP.at, size: 1, value: ADDRESS_MAP.ahci },
        { offset: at, size: 4, value: id | (revision << 16) },
        { offset: at + 4, size: 4, value: location },
      ],
      // A load must not drive lines: their levels are loaded too.
      written: () => this.#drive(),
      messages: () => this.#msi?.messages() ?? [],
    });
  }

  /** Power on and hard reset. */
  reset(): void {
    Object.assign(this.#state, hostState.create());
    for (const port of this.#ports) port.reset();
    this.#drive();
  }

  #registers(base: number): MmioRegion {
    return {
      name: 'ahci',
      base,
      length: MEMORY_BYTES,
      read: (offset, size) => partOfWord(this.#read(offset & ~3), offset, size),
      write: (offset, _size, value) => {
        if ((offset & 3) === 0) this.#write(offset, value >>> 0);
        else this.#options.guestError('AHCI: a write that is not of a whole register, at', offset);
      },
    };
  }

  /** Every register again, by its offset. */
  #indexPorts(base: number): PortRegion {
    return {
      name: 'ahci index',
      first: base,
      count: INDEX_BYTES,
      sizes: [1, 2, 4],
      read: (port, size) => {
        if (port - base === IndexPort.index) return this.#state.index & allOnes(size);
        return port - base === IndexPort.data ? (this.#read(this.#state.index) & allOnes(size)) >>> 0 : 0;
      },
      write: (port, _size, value) => {
        if (port - base === IndexPort.index) this.#state.index = value & (MEMORY_BYTES - 4);
        else if (port - base === IndexPort.data) this.#write(this.#state.index, value >>> 0);
      },
    };
  }

  /** Unsigned, of 32 bits. */
  #read(offset: number): number {
    const port = this.#portAt(offset);
    if (port !== undefined) return port.read((offset - FIRST_PORT) % PORT_BYTES);
    switch (offset) {
      case Host.capabilities:
        return CAPABILITIES;
      case Host.control:
        return (this.#state.control | Control.ahci) >>> 0;
      case Host.status:
        return this.#status;
      case Host.ports:
        return 2 ** PORTS - 1;
      case Host.version:
        return VERSION;
      default:
        return 0;
    }
  }

  #portAt(offset: number): AhciPort | undefined {
    return offset < FIRST_PORT ? undefined : this.#ports[Math.floor((offset - FIRST_PORT) / PORT_BYTES)];
  }

  #write(offset: number, value: number): void {
    const port = this.#portAt(offset);
    if (port !== undefined) port.write((offset - FIRST_PORT) % PORT_BYTES, value);
    else if (offset === Host.control) this.#writeControl(value);
    // A port that interrupts does so until its own register says no more.
    else if (offset === Host.status) this.#drive();
  }

  #writeControl(value: number): void {
    if ((value & Control.reset) !== 0) {
      this.#state.control = 0;
      for (const port of this.#ports) port.resetByHost();
    } else this.#state.control = value & Control.interrupts;
    this.#drive();
  }

  /** Ports that interrupt, a bit each. */
  get #status(): number {
    return this.#ports.reduce((bits, { interrupts }, n) => bits | (interrupts ? 1 << n : 0), 0);
  }

  /** Messages take the place of the interrupt pin. */
  #drive(): void {
    const asks = this.#status !== 0 && (this.#state.control & Control.interrupts) !== 0;
    const byMessage = this.#msi?.isEnabled === true;
    if (asks && byMessage) this.#msi!.raise();
    this.#options.irq.set(asks && !byMessage);
  }
}

function makeDrive({ name, media, serial, port }: SataDrive, list: CommandList): Drive {
  const options = { name, port, ...(serial !== undefined && { serial }) };
  return media === 'disk' ? new AtaDisk({ ...options, queueHost: list }, list) : new AtapiDrive(options, list);
}
