import { attachedTo, findDrive } from '../drives/attachment.ts';
import type { Drive } from '../drives/drive.ts';
import { overlayName } from '../drives/overlay-name.ts';
import type { Arguments } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { MonitorError } from './error.ts';
import { throttleLines } from './info-throttle.ts';

/** Disks and drives, as QEMU's `info block` shows them. */
export function infoBlock({ words }: Arguments, { machine }: CommandContext): string {
  const { drives } = machine;
  const named = words.device === undefined ? undefined : findDrive(drives, words.device);
  const wanted = words.device === undefined ? drives : drives.filter((drive) => drive === named);
  return wanted.map(formatDrive).join('\n');
}

function formatDrive(drive: Drive): string {
  const { label, image, format, isReadOnly, isRemovable, isLocked, isTrayOpen, isOverlay, backing } = drive;
  const shown = isOverlay
    ? `${overlayName(drive)} (overlay)`
    : `${image} (${format}${isReadOnly ? ', read-only' : ''})`;
  const inserted = image === null ? '[not inserted]' : shown;
  return [
    `${label}: ${inserted}`,
    `    Attached to:      ${attachedTo(drive)}`,
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
