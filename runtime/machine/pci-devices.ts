import type { BaseAddress } from '../devices/pci/function.ts';
import type { BlockPort } from '../host/block.ts';
import type { NetworkPort } from '../host/network.ts';
import { hostNetworkPort } from '../host/network-port.ts';
import type { Board, CardBoard, Part } from './board.ts';
import type { CardConfig } from './cards.ts';
import type { PciPlugType } from './catalogue/row.ts';
import { portOfDrive } from './drives.ts';
import { modelOfPlugged, nameOfPlugged, type PluggedOf, type PluggedPciDevice } from './plugged.ts';

/** Options of chips besides the board's services, by the types of their descriptions. */
export interface PluggedChipOptions {
  readonly 'pci-card': Pick<CardConfig, 'mac'> & {
    /** The end of its cable. */
    readonly port: NetworkPort;
    /** A base address register for its option ROM, if it has one. */
    readonly bars: readonly BaseAddress[];
  };
  readonly 'pci-disk': {
    /** Its medium. */
    readonly port: BlockPort;
    readonly serial?: string;
  };
  readonly 'pci-rng': object;
}

const chipOptions: {
  readonly [Type in PciPlugType]: (board: Board, device: PluggedOf<Type>) => PluggedChipOptions[Type];
} = {
  'pci-card': (board, { card: { name, mac, rom } }) => ({
    mac,
    port: hostNetworkPort(board.door, name, board.guestError),
    bars: rom ? [board.romBar(name, rom)] : [],
  }),
  'pci-disk': ({ door }, { drive }) => ({
    port: portOfDrive(door, drive),
    ...(drive.serial !== undefined && { serial: drive.serial }),
  }),
  'pci-rng': () => ({}),
};

/** A device that can be pulled out, whether it is there from the start or plugged in later; not yet on the bus. */
export function makePciDevice(board: Board, device: PluggedPciDevice): Part {
  // The compiler compares the class with the options where it is listed.
  const { Chip } = board.devices.module(modelOfPlugged(device)) as ChipModule;
  const optionsFor = chipOptions[device.type] as (board: Board, device: PluggedPciDevice) => object;
  return new Chip({ ...cardBoard(board, nameOfPlugged(device), device.slot), ...optionsFor(board, device) });
}

/** The module of a chip that is a card on the PCI bus. */
export interface ChipModule {
  readonly Chip: new (options: CardBoard) => Part;
}

/** The board's services to a card in a slot of the PCI bus. */
export function cardBoard(board: Board, name: string, device: number): CardBoard {
  return { ...board, name, device, mmio: board.pciMmio, irq: board.pciIrq(device, 1) };
}
