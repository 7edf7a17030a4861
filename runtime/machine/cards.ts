import { BootError } from '../firmware/load/index.ts';
import { hostNetworkPort } from '../host/network-port.ts';
import type { Board, Part } from './board.ts';
import { devicePath } from './boot-paths.ts';
import { type CardModel, isaCardPlaces, isPciCard } from './catalogue/network.ts';

/** A network card of the machine, whose cable is at the host. */
export interface CardConfig {
  /** Unique: that of its ports at the host door, such as "rtl8139.0". */
  readonly name: string;
  readonly model: CardModel;
  /** Six bytes. */
  readonly mac: readonly number[];
  /** An option ROM, by which firmware can boot from the network; not for ISA cards. */
  readonly rom?: Uint8Array;
  /** As a drive's. */
  readonly bootIndex?: number;
}

/** A name that two parts of the machine have; undefined: none. Throws BootError: of all parts cards alone have names that somebody chooses. */
export function refuseTwice(name: string | undefined): void {
  if (name !== undefined)
    throw new BootError(`two parts of the machine are called '${name}'; give the network card another name`);
}

/** All of the configuration, each on the next free place of its bus. Those on the PCI bus may be pulled out. */
export function networkCards(board: Board): Part[] {
  const cards = cardsWith(board, (model) => model !== 'xen-net-device');
  for (const card of cards.filter(({ model }) => isPciCard(model))) {
    const slot = board.pciSlot(card.name);
    board.bootsFrom(card.bootIndex, `${devicePath('ethernet', slot)}/ethernet-phy@0`);
    board.plugboard.configure({ type: 'pci-card', card, slot });
  }
  return cards.filter(({ model }) => model === 'ne2k_isa').map((card, n) => isaCard(board, card, n));
}

/** Cards of some models, whose names nobody has yet. Throws BootError. */
export function cardsWith({ config, door }: Board, isOne: (model: CardModel) => boolean): readonly CardConfig[] {
  const cards = (config.cards ?? []).filter(({ model }) => isOne(model));
  refuseTwice(cards.map(({ name }) => name).find((name) => door.ports.includes(name)));
  return cards;
}

function isaCard(board: Board, { name, mac }: CardConfig, n: number): Part {
  const { base, irq } = isaCardPlaces[n];
  const port = hostNetworkPort(board.door, name, board.guestError);
  const { Chip } = board.devices.module('ne2k_isa');
  return new Chip({ ...board, name, mac, port, base, irq: board.irq(irq) });
}
