import { findDrive } from '../drives/attachment.ts';
import type { Drive } from '../drives/drive.ts';
import { messageOf } from '../util/errors.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

async function resize({ words, numbers }: Arguments, { machine }: CommandContext): Promise<void> {
  const drive = findDrive(machine.drives, words.device!);
  if (drive === undefined) throw new MonitorError(`Error: Cannot find device='${words.device}' nor node-name=''`);
  try {
    await drive.resize(Number(numbers.size));
  } catch (error) {
    throw new MonitorError(`Error: ${messageOf(error)}`);
  }
}

/** All that have something to commit, or the one that is named. */
async function commit({ words }: Arguments, { machine }: CommandContext): Promise<void> {
  const isAll = words.device === 'all';
  const named = findDrive(machine.drives, words.device!);
  const drives = machine.drives.filter((drive) => (isAll ? drive.canCommit : drive === named));
  if (drives.length === 0 && !isAll) throw new MonitorError(`Device '${words.device}' not found`);
  for (const drive of drives) await commitDrive(drive, words.device);
}

async function commitDrive(drive: Drive, given: string): Promise<void> {
  if (drive.image === null) throw new MonitorError(`Device '${drive.label}' has no medium`);
  try {
    await drive.commit();
  } catch (error) {
    throw new MonitorError(`'commit' error for '${given}': ${messageOf(error)}`);
  }
}

/** Commands that change what disks are. */
export const blockCommands: readonly Command[] = [
  {
    names: ['block_resize'],
    usage: 'device size',
    help: 'resize a block image',
    parameters: [
      { name: 'device', type: 'drive' },
      { name: 'size', type: 'size' },
    ],
    run: resize,
  },
  {
    names: ['commit'],
    usage: 'device|all',
    help: 'commit changes to the disk images (if -snapshot is used) or backing files',
    parameters: [{ name: 'device', type: 'drive' }],
    run: commit,
  },
];
