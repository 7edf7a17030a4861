import type { Drive } from '../../drives/drive.ts';
import type { Arguments, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

/** The drive that `device` or `id` names. */
export function driveOf(args: Arguments, { machine }: QmpContext): Drive {
  const [device, id] = [args.textIfGiven('device'), args.textIfGiven('id')];
  const name = device ?? id;
  if (name === undefined || (device !== undefined && id !== undefined))
    throw new QmpError("Need exactly one of 'device' and 'id'");
  const drive = machine.drives.find((one) => one.isCalled(name));
  if (drive === undefined) throw new QmpError(`Device '${name}' not found`, 'DeviceNotFound');
  return drive;
}
