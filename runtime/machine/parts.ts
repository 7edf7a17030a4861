import type { AhciController } from '../devices/ahci/index.ts';
import { connectDebugConsole, connectDebugExit } from '../devices/debug-ports/index.ts';
import { Floppy82077 } from '../devices/floppy82077/index.ts';
import { IdeController } from '../devices/ide/index.ts';
import { ParallelPort } from '../devices/parallel/index.ts';
import { PcTestdev } from '../devices/pc-testdev/index.ts';
import { Port92 } from '../devices/port92/index.ts';
import type { VirtioBalloon } from '../devices/virtio/balloon/index.ts';
import type { VirtioConsole } from '../devices/virtio/console/index.ts';
import type { VirtioNinep } from '../devices/virtio/ninep/index.ts';
import { Unplug } from '../devices/xen-platform/registers.ts';
import { balloonStreams } from '../host/balloon.ts';
import { hostFolderPort } from '../host/folder-port.ts';
import { ports as hostPorts } from '../host/ports.ts';
import type { Board, CardBoard, Part } from './board.ts';
import { devicePath } from './boot-paths.ts';
import { networkCards } from './cards.ts';
import { optionalCardModels, optionalCards as rows } from './catalogue/cards.ts';
import { pciDiskModels, pciDisks as pciDiskRows } from './catalogue/disks.ts';
import { isAdded } from './catalogue/row.ts';
import { scsiControllers } from './catalogue/scsi.ts';
import { virtioDevices } from './catalogue/virtio.ts';
import { startsFirmware } from './config.ts';
import { drivesAt, floppyDrives, ideDrives } from './drives.ts';
import { flashChips } from './flash-chips.ts';
import { type ChipModule, cardBoard } from './pci-devices.ts';
import { parallelPort } from './resources.ts';
import { scsiBusesOf, scsiPlaceOf } from './scsi-plan.ts';
import { usbBusesOf } from './usb-plan.ts';

/**
 * Devices that no other part of the machine asks for, a line each: it makes the device, or several. Null: the configuration
 * doesn't want it, or it has no state. They are made, and reset, and get their slots of the PCI bus, in this order.
 */
export const parts: readonly ((board: Board) => Part | readonly Part[] | null)[] = [
  (board) => new Port92(board),
  flashChips,
  connectDebugPorts,
  ideController,
  floppyController,
  printerPort,
  (board) => (board.config.pcTestdev === true ? new PcTestdev(board) : null),
  networkCards,
  pciDisks,
  consoleDevice,
  balloonDevice,
  entropyDevice,
  sharedFolders,
  soundCards,
  usbParts,
  ahciController,
  scsiParts,
  optionalCards,
];

/** Where firmware would put the ports of the IDE bus master. */
const BUS_MASTER_BASE = 0xc000;

function ideController(board: Board): IdeController {
  const { boot } = board.config;
  const onCables = ideDrives(board.config);
  const connected = onCables.map((drive) => ({ ...drive, port: board.blockPort(drive.name) }));
  for (const { bootIndex, index } of onCables)
    board.bootsFrom(bootIndex, `/ide@1,1/drive@${index >> 1}/disk@${index & 1}`);
  return new IdeController({
    ...{ ...board, drives: connected, base: startsFirmware(boot) ? 0 : BUS_MASTER_BASE },
    areDisksUnplugged: () => board.hasUnplugged(Unplug.disks),
  });
}

/** Its drives are at its ports. Firmware names PCI devices without a kind of their own by their numbers. */
function ahciController(board: Board): AhciController | null {
  const { ahci = false } = board.config;
  const atPorts = drivesAt('sata', board.config);
  if (!ahci && atPorts.length === 0) return null;
  const device = board.pciSlot('ahci');
  const connected = atPorts.map((drive) => ({ ...drive, port: board.blockPort(drive.name) }));
  for (const { bootIndex, index } of atPorts)
    board.bootsFrom(bootIndex, `${devicePath('pci8086,2922', device)}/drive@${index}/disk@0`);
  const { AhciController } = board.devices.module('ahci');
  return new AhciController({ ...cardBoard(board, 'ahci', device), drives: connected });
}

/** The controllers, each with the drives at its bus. */
function scsiParts(board: Board): Part[] {
  const drives = drivesAt('scsi', board.config).map((drive) => ({ ...drive, ...scsiPlaceOf(drive.index) }));
  return scsiBusesOf(board.config).map(({ model }, n) => {
    const { slot: name, deviceId } = scsiControllers[model];
    const device = board.pciSlot(name);
    const own = drives.filter(({ controller }) => controller === n);
    for (const { bootIndex, target } of own)
      board.bootsFrom(bootIndex, `${devicePath('scsi', device)}/channel@0/disk@${target.toString(16)},0`);
    const connected = own.map((drive) => ({ ...drive, id: drive.target, port: board.blockPort(drive.name) }));
    const { Chip } = board.devices.module(model);
    return new Chip({ ...cardBoard(board, name, device), deviceId, drives: connected });
  });
}

/** It is there without drives too. */
function floppyController(board: Board): Floppy82077 {
  const configured = floppyDrives(board.config);
  const drives = configured.map((drive) => (drive === null ? null : board.blockPort(drive.name)));
  for (const [unit, drive] of configured.entries()) board.bootsFrom(drive?.bootIndex, `/isa@1/fdc@03f0/floppy@${unit}`);
  return new Floppy82077({ ...board, irq: board.irq(6), dma: board.dma(2), drives });
}

function printerPort(board: Board): ParallelPort | null {
  if (board.config.parallelPort === false) return null;
  const { base, irq } = parallelPort;
  const { name } = hostPorts.parallel;
  return new ParallelPort({ ...board, name, base, irq: board.irq(irq), line: board.door.stream(hostPorts.parallel) });
}

/** The board's services for a card that gets its slot of the PCI bus by its name. */
function slotBoard(board: Board, name: string): CardBoard {
  return cardBoard(board, name, board.pciSlot(name));
}

/** Each in a slot of its own, which it may be pulled out of. */
function pciDisks(board: Board): null {
  const rows = pciDiskModels.map((model) => pciDiskRows[model]);
  for (const { interface: kind, firmwarePath } of rows) {
    const [device, disk] = firmwarePath;
    for (const drive of drivesAt(kind, board.config)) {
      const slot = board.pciSlot(drive.name);
      board.bootsFrom(drive.bootIndex, `${devicePath(device, slot)}/${disk}`);
      board.plugboard.configure({ type: 'pci-disk', drive, slot });
    }
  }
  return null;
}

function consoleDevice(board: Board): VirtioConsole | null {
  const { virtioPorts } = board.config;
  if (virtioPorts === undefined) return null;
  const channels = virtioPorts.map((port, n) => ({ ...port, stream: board.door.stream(hostPorts.virtio(n)) }));
  const { VirtioConsole } = board.devices.module('virtioConsole');
  return new VirtioConsole({ ...slotBoard(board, 'virtio-serial'), channels });
}

function balloonDevice(board: Board): VirtioBalloon | null {
  const { releasePages, door } = board;
  const { balloon: config } = board.config;
  if (config === undefined) return null;
  const { VirtioBalloon } = board.devices.module('virtioBalloon');
  return new VirtioBalloon({
    ...slotBoard(board, 'virtio-balloon'),
    ...{ config, releasePages },
    ...balloonStreams(door),
  });
}

function entropyDevice({ config, plugboard, pciSlot }: Board): null {
  const { 'virtio-rng-pci': row } = virtioDevices;
  if (isAdded(row, config)) plugboard.configure({ type: row.plugType, slot: pciSlot(row.slot) });
  return null;
}

function sharedFolders(board: Board): VirtioNinep[] {
  const { shares = [] } = board.config;
  return shares.map(({ name, tag }) => {
    const { VirtioNinep } = board.devices.module('virtioNinep');
    return new VirtioNinep({ ...slotBoard(board, name), tag, port: hostFolderPort(board.door, name) });
  });
}

/** All of the configuration, in their order. */
function soundCards(board: Board): Part[] {
  const { soundCards: models = [] } = board.config;
  return models.flatMap((model) => board.devices.module(model).cardParts(board));
}

/** The controllers, with what is plugged in at the start. */
function usbParts(board: Board): Part[] {
  const buses = usbBusesOf(board.config);
  return buses.length === 0 ? [] : board.devices.module('usb').usbParts(board, buses);
}

/** Those of the configuration, in the catalogue's order, each in a slot of the PCI bus. */
function optionalCards(board: Board): Part[] {
  const models = optionalCardModels.filter((model) => isAdded(rows[model], board.config));
  return models.map((model) => {
    const { slot: name, option } = rows[model];
    // The compiler compares the class with the card's settings where it is listed.
    const { Chip } = board.devices.module(model) as ChipModule;
    return new Chip({ ...slotBoard(board, name), ...board.config[option] });
  });
}

function connectDebugPorts({ config, ports, power, door }: Board): null {
  const { debugExit, debugConsolePort } = config;
  if (debugExit) connectDebugExit({ ports, power, base: debugExit.iobase, count: debugExit.iosize });
  if (debugConsolePort !== undefined)
    connectDebugConsole({ ports, port: debugConsolePort, line: door.stream(hostPorts.debugConsole) });
  return null;
}
