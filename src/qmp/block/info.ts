import { SECTOR_BYTES } from '../../../runtime/host/block.ts';
import { attachedTo } from '../../drives/attachment.ts';
import type { Drive } from '../../drives/drive.ts';
import { overlayName } from '../../drives/overlay-name.ts';
import {
  type BlockNode,
  type BlockNodes,
  shownFormat,
  shownImage,
  type WaitingDrive,
} from '../../machine/block-nodes.ts';
import type { JsonObject } from '../command.ts';
import { limitsOf } from '../commands/throttle.ts';

/** Members that are the same for all nodes. */
const common = {
  ...{ encrypted: false, detect_zeroes: 'off', write_threshold: 0 },
} as const;

const cacheOf = (isOverlay: boolean) => ({ writeback: true, direct: false, 'no-flush': isOverlay });

/** The name of the node that is in a drive. */
export function nodeName({ name, id }: Drive, nodes: BlockNodes): string {
  return nodes.insertedIn(name)?.name ?? id ?? `#${name}`;
}

/** Whether that is the node that is in a drive: one that nobody has inserted has the name of its place, too. */
export function isNodeOf(drive: Drive, name: string, nodes: BlockNodes): boolean {
  const isOwn = nodes.insertedIn(drive.name) === undefined;
  return name === nodeName(drive, nodes) || (isOwn && name === `#${drive.name}`);
}

/** A floppy drive has no tray. */
export const hasTray = ({ isRemovable, place }: Drive): boolean => isRemovable && place.interface !== 'floppy';

/** A drive's medium as QEMU's BlockDeviceInfo has it. */
export function mediumInfo(drive: Drive, nodes: BlockNodes): JsonObject {
  const { image, format, isReadOnly, medium, isOverlay, backing } = drive;
  const size = (medium?.sectors ?? 0) * SECTOR_BYTES;
  const driver = (format ?? 'raw').split(' ')[0];
  const below = { filename: image, format: driver, 'virtual-size': size, 'dirty-flag': false };
  const above = { ...below, filename: overlayName(drive), format: 'overlay', 'backing-image': below };
  const shown = isOverlay ? above : below;
  return {
    ...{ file: shown.filename, 'node-name': nodeName(drive, nodes), drv: shown.format, ro: isReadOnly },
    ...common,
    ...(backing.length > 0 && { backing_file: backing[0] }),
    ...{ backing_file_depth: backing.length, cache: cacheOf(isOverlay) },
    ...limitsOf(drive),
    image: shown,
  };
}

/** A node that is in no drive, as QEMU's BlockDeviceInfo has it. */
export function nodeInfo(node: BlockNode): JsonObject {
  const { name, isReadOnly, bytes, drive } = node;
  const [filename, driver] = [shownImage(node), shownFormat(node)];
  return {
    ...{ file: filename, 'node-name': name, drv: driver, ro: isReadOnly },
    ...common,
    ...{ backing_file_depth: 0, cache: cacheOf(drive?.snapshot === true) },
    ...limitsOf({ name, limits: drive?.limits ?? {} }),
    image: { filename, format: driver, 'virtual-size': bytes, 'dirty-flag': false },
  };
}

/**
 * The thing that a drive is attached to, where its device has an id, as of QEMU's BlockInfo; else a name that commands accept.
 */
export const qdevOf = (drive: Drive): string => (drive.device === undefined ? drive.label : attachedTo(drive));

/** As QEMU's BlockInfo has it. */
export function driveInfo(drive: Drive, nodes: BlockNodes): JsonObject {
  return {
    ...{ device: drive.label, qdev: qdevOf(drive), type: 'unknown' },
    ...{ removable: drive.isRemovable, locked: drive.isLocked },
    ...(hasTray(drive) && { tray_open: drive.isTrayOpen }),
    ...(drive.image !== null && { 'io-status': 'ok', inserted: mediumInfo(drive, nodes) }),
  };
}

/** A drive that no device has, as QEMU's BlockInfo has it. */
export function waitingDriveInfo(node: WaitingDrive): JsonObject {
  return { device: node.name, type: 'unknown', removable: true, locked: false, inserted: nodeInfo(node) };
}
