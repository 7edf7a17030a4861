import type { Drive } from '../drives/drive.ts';
import { overlayName } from '../drives/overlay-name.ts';
import type { Arguments } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { MonitorError } from './error.ts';
import { throttleLines } from './info-throttle.ts';

/** Disks and drives, as QEMU's `info block` shows them. */
export function infoBlock({ words }: Arguments, { machine }: CommandContext): string {
  const wanted = machine.drives.filter((drive) => words.device === undefined || drive.isCalled(words.device));
  return wanted.map(formatDrive).join('\n');
}

function formatDrive(drive: Drive): string {
  const { name, label, image, format, isReadOnly, isRemovable, isLocked, isTrayOpen, isOverlay, backing } = drive;
  const shown = isOverlay
    ? `${overlayName(drive)} (overlay)`
    : `${image} (${format}${isReadOnly ? ', read-only' : ''})`;
  const inserted = image === null ? '[not inserted]' : shown;
  return [
    `${label}: ${inserted}`,
    `    Attached to:      ${placeOf(name)}`,
    ...(isRemovable
      ? [`    Removable device: ${isLocked ? '' : 'not '}locked, tray ${isTrayOpen ? 'open' : 'closed'}`]
      : []),
    ...(image === null ? [] : [`    Cache mode:       writeback${isOverlay ? ', ignore flushes' : ''}`]),
    ...(backing.length > 0 ? [`    Backing file:     ${backing[0]} (chain depth: ${backing.length})`] : []),
    ...throttleLines(drive),
    '',
  ].join('\n');
}

/** Of a name such as ide1-cd0, floppy0, virtio0, nvme0 or sata0. */
function placeOf(name: string): string {
  if (name.startsWith('virtio')) return `/machine/peripheral-anon/device[${name.slice(6)}]/virtio-backend`;
  if (/^(usb|nvme)/.test(name)) return `/machine/peripheral-anon/device[${name.replace(/\D+/, '')}]`;
  if (name.startsWith('sata')) return `ahci.${name.slice(4)}, unit 0`;
  if (name.startsWith('pflash')) return `/machine/system.flash${name.slice(6)}`;
  const [, channel, unit] = /^ide(\d)-..(\d)$/.exec(name) ?? [];
  return channel === undefined ? `floppy-bus.0, unit ${name.at(-1)}` : `ide.${channel}, unit ${unit}`;
}

/**
 * The drive of a name.
 * @throws MonitorError
 */
export function driveOf(name: string, { machine }: CommandContext): Drive {
  const drive = machine.drives.find((candidate) => candidate.isCalled(name));
  if (drive === undefined) throw new MonitorError(`Error: Device '${name}' not found`);
  return drive;
}
