import { SECTOR_BYTES } from '../../../runtime/host/block.ts';
import type { Drive } from '../../drives/drive.ts';
import type { ImageFormat } from '../../storage/open.ts';
import type { Arguments, JsonObject, QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';
import { driveOf } from './drive.ts';
import { limitsOf, throttleCommand } from './throttle.ts';

/** Of a drive's medium. */
function mediumOf(drive: Drive): JsonObject {
  const { name, image, format, isReadOnly, medium } = drive;
  const size = (medium?.sectors ?? 0) * SECTOR_BYTES;
  const driver = (format ?? 'raw').split(' ')[0];
  return {
    ...{ file: image, 'node-name': `#${name}`, drv: driver, ro: isReadOnly, encrypted: false, backing_file_depth: 0 },
    ...{ detect_zeroes: 'off', write_threshold: 0, cache: { writeback: true, direct: false, 'no-flush': false } },
    ...limitsOf(drive),
    image: { filename: image, format: driver, 'virtual-size': size, 'dirty-flag': false },
  };
}

function driveInfo(drive: Drive): JsonObject {
  return {
    ...{ device: drive.name, qdev: drive.name, type: 'unknown' },
    ...{ removable: drive.isRemovable, locked: drive.isLocked },
    ...(drive.isRemovable && { tray_open: false }),
    ...(drive.image !== null && { 'io-status': 'ok', inserted: mediumOf(drive) }),
  };
}

function checkOpen(drive: Drive, args: Arguments): void {
  if (!drive.isRemovable) throw new QmpError(`Device '${drive.name}' is not removable`);
  if (drive.isLocked && !args.isSet('force'))
    throw new QmpError(
      `Device '${drive.name}' is locked and force was not specified, wait for tray to open and try again`,
    );
}

function tellTray({ name }: Drive, isOpen: boolean, { tell }: QmpContext): void {
  tell('DEVICE_TRAY_MOVED', { device: name, 'tray-open': isOpen, id: name });
}

async function eject(args: Arguments, context: QmpContext): Promise<void> {
  const drive = driveOf(args, context);
  checkOpen(drive, args);
  await drive.eject();
  tellTray(drive, true, context);
}

const readOnlyModes: Readonly<Record<string, boolean | undefined>> = {
  retain: undefined,
  'read-only': true,
  'read-write': false,
};

async function change(args: Arguments, context: QmpContext): Promise<void> {
  const drive = driveOf(args, context);
  checkOpen(drive, args);
  const mode = args.textIfGiven('read-only-mode') ?? 'retain';
  if (!Object.hasOwn(readOnlyModes, mode))
    throw new QmpError(`Parameter 'read-only-mode' does not accept value '${mode}'`);
  const format = args.textIfGiven('format');
  if (format !== undefined && format !== 'raw' && format !== 'qcow2') throw new QmpError(`Unknown driver '${format}'`);
  await drive.change(args.text('filename'), {
    ...(format !== undefined && { format: format as ImageFormat }),
    readOnly: readOnlyModes[mode] ?? drive.isReadOnly,
  });
  tellTray(drive, true, context);
  tellTray(drive, false, context);
}

const place = { device: 'string?', id: 'string?', force: 'boolean?' } as const;

/** Commands about disks and drives. */
export const blockCommands: readonly QmpCommand[] = [
  { name: 'query-block', run: (_, { machine }) => machine.drives.map(driveInfo) },
  {
    name: 'query-named-block-nodes',
    parameters: { flat: 'boolean?' },
    run: (_, { machine }) => machine.drives.filter(({ image }) => image !== null).map(mediumOf),
  },
  { name: 'eject', parameters: place, run: eject },
  {
    name: 'blockdev-change-medium',
    parameters: { ...place, filename: 'string', format: 'string?', 'read-only-mode': 'string?' },
    run: change,
  },
  throttleCommand,
];
