import { formatNames, isImageFormat } from '../storage/formats.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';
import { driveOf } from './info-block.ts';
import { changeVnc } from './vnc.ts';

const force = { name: 'f', type: 'flag' } as const;
const device = { name: 'device', type: 'drive' } as const;

/** Whether a new medium can be written: QEMU's words. */
const readOnlyModes: Readonly<Record<string, boolean | undefined>> = {
  retain: undefined,
  'read-only': true,
  'read-write': false,
};

async function change({ words, flags }: Arguments, context: CommandContext): Promise<void> {
  if (words.device === 'vnc') return changeVnc(words.filename, words.format, context);
  const drive = driveOf(words.device, context);
  checkUnlocked(words.device, flags, context);
  const { format, mode = 'retain' } = words;
  if (format !== undefined && !isImageFormat(format))
    throw new MonitorError(`Error: Unknown driver '${format}'; give one of ${formatNames}`);
  if (!Object.hasOwn(readOnlyModes, mode))
    throw new MonitorError(`Error: invalid parameter value '${mode}'; give retain, read-only or read-write`);
  const readOnly = readOnlyModes[mode] ?? drive.isReadOnly;
  // The file may have become another: it can be opened only when the drive has let go of it.
  if (drive.image === words.filename) await drive.eject();
  await drive.change(words.filename, { ...(format && { format }), readOnly });
}

async function eject({ words, flags }: Arguments, context: CommandContext): Promise<void> {
  const drive = driveOf(words.device, context);
  if (!drive.isRemovable) throw new MonitorError(`Error: Device '${words.device}' is not removable`);
  checkUnlocked(words.device, flags, context);
  await drive.eject();
}

function checkUnlocked(name: string, flags: ReadonlySet<string>, context: CommandContext): void {
  if (!driveOf(name, context).isLocked || flags.has('f')) return;
  throw new MonitorError(
    `Error: Device '${name}' is locked and force was not specified, wait for tray to open and try again`,
  );
}

/** Commands that change what is in drives. */
export const mediumCommands: readonly Command[] = [
  {
    names: ['change'],
    usage: 'device [-f] filename [format [read-only-mode]]',
    help: 'change a removable medium, optional format, use -f to force the operation',
    parameters: [
      device,
      force,
      { name: 'filename', type: 'file' },
      { name: 'format', type: 'word', optional: true },
      { name: 'mode', type: 'word', optional: true },
    ],
    run: change,
  },
  {
    names: ['eject'],
    usage: '[-f] device',
    help: 'eject a removable medium (use -f to force it)',
    parameters: [force, device],
    run: eject,
  },
];
