import type { Drive } from '../../drives/drive.ts';
import type { MachineSnapshots } from '../../snapshot/machine-snapshots.ts';
import { isNodeOf, nodeName } from '../block/info.ts';
import type { Arguments, QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

/** Names of nodes, as the client gives them. */
interface Nodes {
  readonly devices: readonly string[];
  /** The one that has the state of the machine. */
  readonly vmstate?: string | undefined;
}

/**
 * A snapshot is always of all images that can have one, and the first has the state of the machine.
 * @throws QmpError if something else is asked for
 */
async function checkNodes({ devices, vmstate }: Nodes, { machine, nodes }: QmpContext): Promise<void> {
  if (devices.length === 0) throw new QmpError('At least one device is required for snapshot');
  const driveOf = (node: string) => machine.drives.find((drive) => isNodeOf(drive, node, nodes));
  const named = devices.map(driveOf);
  const unknown = named.indexOf(undefined);
  if (unknown >= 0) throw new QmpError(`No block device node '${devices[unknown]}'`);
  if (vmstate !== undefined && driveOf(vmstate) === undefined)
    throw new QmpError(`vmstate block device '${vmstate}' does not exist`);
  const lists = await machine.snapshots.list();
  const holders = lists.map(({ drive }) => machine.drives.find(({ name }) => name === drive)!);
  const shown = (drive: Drive) => `'${nodeName(drive, nodes)}'`;
  const missing = holders.find((drive) => !named.includes(drive));
  if (missing !== undefined)
    throw new QmpError(`a snapshot is of all images that can have one: ${shown(missing)} is missing in 'devices'`);
  if (vmstate !== undefined && driveOf(vmstate) !== holders[0])
    throw new QmpError(`the first image has the state of the machine: 'vmstate' must be ${shown(holders[0]!)}`);
}

async function save(snapshots: MachineSnapshots, tag: string): Promise<void> {
  const lists = await snapshots.list();
  if (lists.some((list) => list.snapshots.some(({ name }) => name === tag)))
    throw new QmpError(`Snapshot '${tag}' already exists in one or more devices`);
  await snapshots.save(tag);
}

/** A command that does something with a snapshot as a job. */
function snapshotJob(
  type: 'snapshot-save' | 'snapshot-load' | 'snapshot-delete',
  act: (snapshots: MachineSnapshots, tag: string) => Promise<void>,
): QmpCommand {
  const vmstate = type === 'snapshot-delete' ? {} : ({ vmstate: 'string' } as const);
  return {
    name: type,
    parameters: { 'job-id': 'string', tag: 'string', ...vmstate, devices: 'array' },
    run: (args: Arguments, context) => {
      const named = { devices: args.texts('devices'), vmstate: args.textIfGiven('vmstate') };
      context.jobs.start(args.text('job-id'), type, async () => {
        await checkNodes(named, context);
        await act(context.machine.snapshots, args.text('tag'));
      });
    },
  };
}

/** Commands for snapshots of the machine within its images, and for the jobs that these are. */
export const snapshotCommands: readonly QmpCommand[] = [
  snapshotJob('snapshot-save', save),
  snapshotJob('snapshot-load', (snapshots, tag) => snapshots.load(tag)),
  snapshotJob('snapshot-delete', (snapshots, tag) => snapshots.delete(tag)),
  { name: 'query-jobs', run: (_, { jobs }) => jobs.all },
  { name: 'job-dismiss', parameters: { id: 'string' }, run: (args, { jobs }) => jobs.dismiss(args.text('id')) },
];
