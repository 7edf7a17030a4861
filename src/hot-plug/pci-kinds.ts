import { pciDiskModel, pciDisks } from '../../runtime/machine/catalogue/disks.ts';
import { isPciCard } from '../../runtime/machine/catalogue/network.ts';
import {
  type ModelOfPlugType,
  type PluggablePciModel,
  pluggablePciRows,
} from '../../runtime/machine/catalogue/pluggable.ts';
import { isAdded, type PciPlugType } from '../../runtime/machine/catalogue/row.ts';
import { isDefaultName } from '../cards/options.ts';
import type { MachineStreams } from '../isolate/streams.ts';
import type { MachineParts } from '../machine/types.ts';
import type { PluggedDevice, PluggedOf, PluggedPciDevice } from '../machine-core.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { BusDevice, ComingMachine } from './coming-devices.ts';
import type { PciOptionsByType, PluggedPci } from './pci-options.ts';
import { type DiskMachine, diskOptionNames, PluggedDisks } from './plugged-disks.ts';

/** A device of the bus. */
export interface KnownPci extends BusDevice {
  readonly device: PluggablePciModel;
}

/** A device whose slot is known. */
export interface PlacedPci extends KnownPci {
  readonly slot: number;
}

/** The machine's parts and functions that plugging devices in takes. */
export interface PciKindMachine extends DiskMachine, ComingMachine {
  readonly made: MachineParts;
  readonly streams: MachineStreams;
}

/** The bus, as those see it that plug devices into it. */
export interface PciBusSide {
  /** The devices that will be there when all changes in progress are done. */
  all(): readonly KnownPci[];
  /** @throws ConfigurationError for a name that another device is known by */
  checkId(id: string): void;
  /** Has the machine take a device. */
  enter(known: PlacedPci, device: PluggedPciDevice): Promise<void>;
}

/** The host's part in the devices whose descriptions are of one type. */
export interface PciKind<Type extends PciPlugType = PciPlugType> {
  /** Names of what `plug` takes for them, besides device, id and slot. */
  readonly options: readonly string[];
  /** Those that the machine is made with. */
  readonly configured: readonly KnownPci[];
  /** Whether it was given its id. */
  isNamed(known: KnownPci): boolean;
  /** The name that the machine's drives or cards have it by. */
  partOf(name: string): Pick<PluggedPci, 'card' | 'drive'>;
  /** Gets what it needs of the host, and has the machine take it. */
  plug(options: PciOptionsByType[Type], slot: number): Promise<KnownPci>;
  /** The machine has this one now. */
  connect(device: PluggedOf<Type>): void;
  /** It was pulled out: what it had of the host is free then. */
  letGo(name: string): Promise<void>;
  /** Updates the description of the machine's parts, for its snapshots and forks. */
  describe(there: readonly KnownPci[], all: readonly PluggedDevice[]): void;
}

/** The kinds of devices that can be plugged in. */
export function pciKinds(machine: PciKindMachine, bus: PciBusSide): Readonly<Record<PciPlugType, PciKind>> {
  const kinds: { readonly [Type in PciPlugType]: PciKind<Type> } = {
    'pci-card': networkCards(machine, bus),
    'pci-disk': disks(machine, bus),
    'pci-rng': entropyDevice(machine, bus),
  };
  // A kind gets options and descriptions of its type only.
  return kinds as Readonly<Record<PciPlugType, PciKind>>;
}

function networkCards({ made, streams, examine }: PciKindMachine, bus: PciBusSide): PciKind<'pci-card'> {
  return {
    options: ['mac', 'backend', 'backendName'],
    configured: made.parts.cards.flatMap(({ name, model }) =>
      isPciCard(model) ? [{ name, id: name, device: model }] : [],
    ),
    // The name of a card is its id, whether it was given or not.
    isNamed: ({ id, device }) => !isDefaultName(device as ModelOfPlugType<'pci-card'>, id),
    partOf: (name) => ({ card: name }),
    plug: async ({ device, id, slot: _, ...others }, slot) => {
      const card = await made.cards.add({ ...others, card: device, ...(id !== undefined && { name: id }) });
      try {
        bus.checkId(card.name);
        if (await examine('isTaken', card.name))
          throw new ConfigurationError(`Duplicate device ID '${card.name}'; a part of the machine is called so`);
        const known = { name: card.name, id: card.name, device, slot };
        await bus.enter(known, { type: 'pci-card', card, slot });
        return known;
      } catch (error) {
        await made.cards.remove(card.name);
        throw error;
      }
    },
    connect: ({ card }) => made.cards.enter(card, streams),
    letGo: async (name) => {
      streams.remove(name);
      await made.cards.remove(name);
    },
    describe: (_, all) => {
      const staying = made.parts.cards.filter(({ model }) => !isPciCard(model));
      const cards = all.flatMap((device) => ('card' in device ? [device.card] : []));
      made.parts = { ...made.parts, cards: [...staying, ...cards] };
    },
  };
}

function disks(machine: PciKindMachine, bus: PciBusSide): PciKind<'pci-disk'> {
  const { made } = machine;
  const plugged = new PluggedDisks(machine, made.drives, made.parts.drives);
  return {
    options: diskOptionNames,
    configured: made.parts.drives.flatMap(({ name, device: id = name, interface: kind }) => {
      const device = pciDiskModel(kind);
      return device === undefined ? [] : [{ name, id, device }];
    }),
    isNamed: ({ name, id }) => id !== name,
    partOf: (name) => ({ drive: name }),
    plug: async ({ device, slot: _, ...disk }, slot) => {
      const plan = plugged.plan(pciDisks[device].interface, disk, bus.all());
      const { name } = plan;
      bus.checkId(name);
      const known = { name, id: disk.id ?? name, device, slot };
      await plugged.plug(plan, (drive) => bus.enter(known, { type: 'pci-disk', drive, slot }));
      return known;
    },
    connect: ({ drive }) => plugged.connect(drive),
    letGo: (name) => plugged.letGo(name),
    describe: (there) => {
      const staying = made.parts.drives.filter((plan) => pciDiskModel(plan.interface) === undefined);
      made.parts = { ...made.parts, drives: [...staying, ...plugged.plansOf(there)] };
    },
  };
}

/** The host has nothing to do with it but the option that adds it. */
function entropyDevice({ made }: PciKindMachine, bus: PciBusSide): PciKind<'pci-rng'> {
  const model = 'virtio-rng-pci';
  const { slot: name, option, plugType: type } = pluggablePciRows[model];
  return {
    options: [],
    configured: isAdded(pluggablePciRows[model], made.options) ? [{ name, id: name, device: model }] : [],
    isNamed: ({ id }) => id !== name,
    partOf: () => ({}),
    plug: async ({ id = name }, slot) => {
      if (bus.all().some((one) => one.name === name))
        throw new ConfigurationError(`there can be one ${model}; pull it out first`);
      const known = { name, id, device: model, slot } as const;
      await bus.enter(known, { type, slot });
      return known;
    },
    connect: () => {},
    letGo: async () => {},
    describe: (there) => {
      made.options = { ...made.options, [option]: there.some(({ device }) => device === model) };
    },
  };
}
