import type { Drive } from '../../drives/drive.ts';
import { type BlockNode, type BlockNodes, formatOf, type TrayContent } from '../../machine/block-nodes.ts';
import type { ImageFormat } from '../../storage/formats.ts';
import { hasTray } from '../block/info.ts';
import type { Arguments, QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';
import { driveOf } from './drive.ts';

/** Arguments that name a drive. */
export const place = { device: 'string?', id: 'string?', force: 'boolean?' } as const;

/** @throws QmpError for a drive whose tray cannot be opened now */
export function checkOpen(drive: Drive, args: Arguments): void {
  checkRemovable(drive);
  if (drive.isLocked && !args.isSet('force'))
    throw new QmpError(
      `Device '${drive.label}' is locked and force was not specified, wait for tray to open and try again`,
    );
}

function checkRemovable(drive: Drive): void {
  if (!drive.isRemovable) throw new QmpError(`Device '${drive.label}' is not removable`);
}

/** Whether what is known of an open tray still holds: something else may have been put into the drive (the monitor's `change`). */
const isKnown = (drive: Drive, nodes: BlockNodes): boolean => nodes.isTrayOpen(drive.name) && drive.image === null;

/** The guest may close a tray, and does not get what was taken out of it. */
function isOpen(drive: Drive, nodes: BlockNodes): boolean {
  const isHeld = !hasTray(drive) || nodes.inTray(drive.name) !== null;
  return drive.isTrayOpen || (isKnown(drive, nodes) && isHeld);
}

/** Opens a drive's tray. While it is open the guest cannot reach the medium. */
async function openTray(args: Arguments, context: QmpContext): Promise<void> {
  const { nodes } = context;
  const drive = driveOf(args, context);
  checkRemovable(drive);
  if (isOpen(drive, nodes)) return;
  checkOpen(drive, args);
  await takeContent(drive, nodes);
}

/** From the drive, so that it can be replaced. */
async function takeContent(drive: Drive, nodes: BlockNodes): Promise<void> {
  const content = contentOf(drive, nodes);
  await drive.eject();
  nodes.open(drive.name, content);
}

/** To be put in again later. */
function contentOf(drive: Drive, nodes: BlockNodes): TrayContent | null {
  const { image, format, isReadOnly, name, label } = drive;
  const node = nodes.insertedIn(name);
  if (node) return contentOfNode(node);
  if (image === null) return null;
  if (drive.isInMemory) throw new QmpError(`Device '${label}' has an image in memory, which can only be ejected`);
  return { image, format: (format ?? 'raw').split(' ')[0] as ImageFormat, readOnly: isReadOnly };
}

function contentOfNode(node: BlockNode): TrayContent {
  return { image: node.image, ...formatOf(node), readOnly: node.isReadOnly, node };
}

async function closeTray(args: Arguments, context: QmpContext): Promise<void> {
  const { nodes } = context;
  const drive = driveOf(args, context);
  checkRemovable(drive);
  if (!isOpen(drive, nodes)) return;
  const content = isKnown(drive, nodes) ? nodes.inTray(drive.name) : null;
  if (content) {
    const { image, format, readOnly } = content;
    await drive.change(image, { ...(format && { format }), readOnly });
  } else await drive.closeTray();
  nodes.close(drive.name);
}

/** The drive that is named, whose tray must be open. */
async function openDrive(args: Arguments, context: QmpContext): Promise<Drive> {
  const { nodes } = context;
  const drive = driveOf(args, context);
  checkRemovable(drive);
  if (!isOpen(drive, nodes)) throw new QmpError(`Tray of device '${drive.label}' is not open`);
  if (!isKnown(drive, nodes)) await takeContent(drive, nodes);
  return drive;
}

async function removeMedium(args: Arguments, context: QmpContext): Promise<void> {
  const { name } = await openDrive(args, context);
  context.nodes.open(name, null);
}

async function insertMedium(args: Arguments, context: QmpContext): Promise<void> {
  const { nodes } = context;
  const drive = await openDrive(args, context);
  const name = args.text('node-name');
  const node = nodes.find(name);
  if (node === undefined) throw new QmpError(`Node '${name}' not found`);
  if (nodes.isUsed(node)) throw new QmpError(`Node '${name}' is already in use`);
  if (nodes.inTray(drive.name)) throw new QmpError(`There already is a medium in device '${drive.label}'`);
  nodes.open(drive.name, contentOfNode(node));
}

/** Commands that move trays, and what is in them (QEMU's block/qapi-sysemu.c). */
export const trayCommands: readonly QmpCommand[] = [
  { name: 'blockdev-open-tray', parameters: place, run: openTray },
  { name: 'blockdev-close-tray', parameters: { device: 'string?', id: 'string?' }, run: closeTray },
  {
    name: 'blockdev-remove-medium',
    parameters: { id: 'string' },
    run: removeMedium,
  },
  { name: 'blockdev-insert-medium', parameters: { id: 'string', 'node-name': 'string' }, run: insertMedium },
];
