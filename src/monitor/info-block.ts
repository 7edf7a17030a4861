import { attachedTo, findDrive } from '../drives/attachment.ts';
import type { Drive } from '../drives/drive.ts';
import { overlayName } from '../drives/overlay-name.ts';
import { BlockNodes, shownFormat, shownImage, type WaitingDrive } from '../machine/block-nodes.ts';
import type { Arguments } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { MonitorError } from './error.ts';
import { throttleLines } from './info-throttle.ts';

/** Disks and drives, as QEMU's `info block` shows them. */
export function infoBlock({ words }: Arguments, { machine }: CommandContext): string {
  const { drives } = machine;
  const { device } = words;
  const named = device === undefined ? undefined : findDrive(drives, device);
  const wanted = device === undefined ? drives : drives.filter((drive) => drive === named);
  const waiting = BlockNodes.of(machine).waitingDrives.filter(({ name }) => device === undefined || name === device);
  return [...wanted.map((drive) => formatDrive(drive, attachedTo(drive))), ...waiting.map(formatWaiting)].join('\n');
}

/** One that no device has could be in any. */
function formatWaiting(node: WaitingDrive): string {
  const { name, isReadOnly, drive } = node;
  return formatDrive({
    ...{ label: name, name, image: shownImage(node), format: shownFormat(node), isReadOnly, isOverlay: drive.snapshot },
    ...{ isRemovable: true, isLocked: false, isTrayOpen: false, backing: [], limits: drive.limits ?? {} },
  });
}

type ShownDrive = Pick<
  Drive,
  'label' | 'name' | 'image' | 'format' | 'isReadOnly' | 'isOverlay' | 'backing' | 'limits'
> &
  Pick<Drive, 'isRemovable' | 'isLocked' | 'isTrayOpen'>;

function formatDrive(drive: ShownDrive, place?: string): string {
  const { label, image, format, isReadOnly, isRemovable, isLocked, isTrayOpen, isOverlay, backing } = drive;
  const shown = isOverlay
    ? `${overlayName(drive)} (overlay)`
    : `${image} (${format}${isReadOnly ? ', read-only' : ''})`;
  const inserted = image === null ? '[not inserted]' : shown;
  return [
    `${label}: ${inserted}`,
    ...(place === undefined ? [] : [`    Attached to:      ${place}`]),
    ...(isRemovable
      ? [`    Removable device: ${isLocked ? '' : 'not '}locked, tray ${isTrayOpen ? 'open' : 'closed'}`]
      : []),
    ...(image === null ? [] : [`    Cache mode:       writeback${isOverlay ? ', ignore flushes' : ''}`]),
    ...(backing.length > 0 ? [`    Backing file:     ${backing[0]} (chain depth: ${backing.length})`] : []),
    ...throttleLines(drive),
    '',
  ].join('\n');
}

/**
 * The drive of a name.
 * @throws MonitorError
 */
export function driveOf(name: string, { machine }: CommandContext): Drive {
  const drive = findDrive(machine.drives, name);
  if (drive === undefined) throw new MonitorError(`Error: Device '${name}' not found`);
  return drive;
}
