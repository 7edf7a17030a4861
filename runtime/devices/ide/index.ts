import { AtapiDrive } from '../../ata/atapi/drive.ts';
import type { Cable } from '../../ata/cable.ts';
import { AtaDisk } from '../../ata/disk/disk.ts';
import type { Drive } from '../../ata/drive.ts';
import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { IrqLine } from '../../bus/irq.ts';
import type { PortBus, PortRegion } from '../../bus/ports.ts';
import type { BlockPort } from '../../host/block.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { PciFunction } from '../pci/function.ts';
import { portRange } from '../pci/range.ts';
import { BAR_IO, Header, Command as PciCommand } from '../pci/registers.ts';
import { Channel } from './channel.ts';
import {
  BUS_MASTER_BAR,
  BUS_MASTER_PORTS,
  CHANNEL_PORTS,
  channelPorts,
  Id,
  SLAVE_TIMING,
  TIMING,
  TIMING_ENABLE,
} from './registers.ts';

/** A drive on one of the two cables. */
export interface IdeDrive {
  /** Unique in the machine; names the drive's state. */
  readonly name: string;
  /** 0 and 1: first and second (master and slave) of the first channel; 2 and 3: of the second. */
  readonly index: number;
  readonly media: 'disk' | 'cdrom';
  /** The drive's model, serial number and firmware revision as it identifies itself: up to 40, 20 and 8 characters of ASCII. */
  readonly model?: string;
  readonly serial?: string;
  readonly firmware?: string;
  /** Its medium. */
  readonly port: BlockPort;
}

export interface IdeOptions {
  readonly ports: PortBus;
  readonly memory: BusMemory;
  /** This device's end of the line of an IRQ. */
  readonly irq: (number: number) => IrqLine;
  readonly drives: readonly IdeDrive[];
  readonly guestError?: ReportGuestError;
  /** Whether disks are as if they were not there. Default: they are there. */
  readonly areDisksUnplugged?: () => boolean;
  /** Where the bus master's ports are after a reset, for systems that are started without firmware; 0 or none: nowhere. */
  readonly base?: number;
}

/** The PIIX3's IDE interface, function 1 of device 1: two channels at the legacy ports, with a bus master. */
export class IdeController {
  readonly pciFunction: PciFunction;
  readonly component: Component;
  readonly #channels: readonly Channel[];

  /** Throws an Error that names both if two drives are at one place. */
  constructor(options: IdeOptions) {
    this.#channels = channelPorts.map((_, channel) => makeChannel(channel, options));
    const components = this.#channels.flatMap((channel) => channel.components);
    this.component = joinComponents('ide', components);
    this.pciFunction = ideFunction(options, this.#channels);
    this.pciFunction.reset();
  }

  /** Power on and hard reset. */
  reset(): void {
    for (const channel of this.#channels) channel.reset();
  }
}

function makeChannel(number: number, options: IdeOptions): Channel {
  const { ports, memory, irq, drives, guestError, areDisksUnplugged = () => false } = options;
  const place = channelPorts[number];
  const make = (cable: Cable, unit: number): Drive | null => {
    const [drive, other] = drives.filter(({ index }) => index === 2 * number + unit);
    if (other !== undefined) throw new Error(`'${drive.name}' and '${other.name}' are at one place of ${place.name}`);
    return drive === undefined ? null : makeDrive(drive, cable);
  };
  const both = (cable: Cable) => [make(cable, 0), make(cable, 1)] as const;
  const isThere = (drive: Drive) => !(drive instanceof AtaDisk && areDisksUnplugged());
  return new Channel({ place, ports, memory, irq: irq(place.irq), drives: both, isThere, guestError });
}

function makeDrive(drive: IdeDrive, cable: Cable): Drive {
  return drive.media === 'disk' ? new AtaDisk(drive, cable) : new AtapiDrive(drive, cable);
}

/** The legacy ports are always there, whatever the command register and the timing registers say. */
function ideFunction({ ports, base = 0 }: IdeOptions, channels: readonly Channel[]): PciFunction {
  const enabled = base === 0 ? 0 : PciCommand.io | PciCommand.master;
  const timing = base === 0 ? 0 : TIMING_ENABLE;
  const busMasters = (at: number): PortRegion[] =>
    channels.map(({ busMaster }, n) => busMaster.region(`ide${n} bus master`, at + n * CHANNEL_PORTS));
  return new PciFunction({
    name: 'piix3 ide',
    device: 1,
    function: 1,
    ...Id,
    bars: [{ index: BUS_MASTER_BAR, space: 'io', size: BUS_MASTER_PORTS, range: portRange(ports, busMasters) }],
    registers: [
      { offset: Header.command, size: 2, value: enabled, writable: PciCommand.io | PciCommand.master },
      { offset: Header.status, size: 2, value: 0x0280 },
      {
        offset: Header.baseAddress + 4 * BUS_MASTER_BAR,
        size: 4,
        value: base | BAR_IO,
        writable: -BUS_MASTER_PORTS >>> 0,
      },
      ...channelPorts.map((_, n) => ({ offset: TIMING + 2 * n, size: 2 as const, value: timing, writable: 0xffff })),
      { offset: SLAVE_TIMING, size: 1, writable: 0xff },
    ],
  });
}
