import type { Drive } from '../drives/drive.ts';
import type { DriveSnapshots } from '../drives/image-snapshots.ts';
import type { ImageSnapshot } from '../storage/qcow2/snapshots.ts';
import { snapshotLines } from '../storage/snapshot-list.ts';
import { messageOf } from '../util/errors.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

const tag = { name: 'tag', type: 'word' } as const;

/** Commands for snapshots of the machine within its images. */
export const snapshotCommands: readonly Command[] = [
  {
    names: ['savevm'],
    usage: 'tag',
    help: 'save a VM snapshot. If no tag is provided, a new snapshot is created',
    parameters: [{ ...tag, optional: true }],
    run: ({ words }, { machine }) => machine.snapshots.save(words.tag),
  },
  {
    names: ['loadvm'],
    usage: 'tag',
    help: 'restore a VM snapshot from its tag',
    parameters: [tag],
    run: ({ words }, { machine }) => machine.snapshots.load(words.tag),
  },
  {
    names: ['delvm'],
    usage: 'tag',
    help: 'delete a VM snapshot from its tag',
    parameters: [tag],
    run: ({ words }, { machine }) => machine.snapshots.delete(words.tag),
  },
];

/** `info snapshots`: those that all images have, of which the first tells; then those that only some have. */
export async function infoSnapshots({ machine }: CommandContext): Promise<string> {
  const lists = await machine.snapshots.list().catch((error: unknown) => {
    throw new MonitorError(messageOf(error));
  });
  if (lists.every(({ snapshots }) => snapshots.length === 0)) return 'There is no snapshot available.\n';
  const isHolder = ({ name }: Drive): boolean => lists.some(({ drive }) => drive === name);
  const canBeEverywhere = machine.drives.every((drive) => isHolder(drive) || !isWrittenInPlace(drive));
  const isEverywhere = ({ name }: ImageSnapshot): boolean =>
    canBeEverywhere && lists.every(({ snapshots }) => snapshots.some((snapshot) => snapshot.name === name));
  const whole = lists[0].snapshots.filter(isEverywhere).map((snapshot) => ({ ...snapshot, id: '--' }));
  const labels = new Map(machine.drives.map(({ name, label }) => [name, label]));
  const partial = lists.map((list) => partialLines(labels.get(list.drive)!, list, isEverywhere)).join('');
  const none = 'None\n';
  return `List of snapshots present on all disks:\n${whole.length > 0 ? snapshotLines(whole) : none}${partial}`;
}

/** Whether what the guest writes stays in its image. */
function isWrittenInPlace({ image, isReadOnly, isOverlay, isInMemory }: Drive): boolean {
  return image !== null && !isReadOnly && !isOverlay && !isInMemory;
}

function partialLines(
  label: string,
  { snapshots }: DriveSnapshots,
  isEverywhere: (snapshot: ImageSnapshot) => boolean,
): string {
  const partial = snapshots.filter((snapshot) => !isEverywhere(snapshot));
  if (partial.length === 0) return '';
  return `\nList of partial (non-loadable) snapshots on '${label}':\n${snapshotLines(partial)}`;
}
