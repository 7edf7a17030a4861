import { findDrive, findDriveOfDevice } from '../../drives/attachment.ts';
import type { Drive } from '../../drives/drive.ts';
import type { Arguments, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

/** The drive that `device` names, or whose device has the name `id`. */
export function driveOf(args: Arguments, { machine }: QmpContext): Drive {
  const [device, id] = [args.textIfGiven('device'), args.textIfGiven('id')];
  const name = device ?? id;
  if (name === undefined || (device !== undefined && id !== undefined))
    throw new QmpError("Need exactly one of 'device' and 'id'");
  const drive = (device === undefined ? findDriveOfDevice : findDrive)(machine.drives, name);
  if (drive === undefined) throw new QmpError(`Device '${name}' not found`, 'DeviceNotFound');
  return drive;
}
