import type { MachineSnapshots } from '../../snapshot/machine-snapshots.ts';
import { nodeName } from '../block/info.ts';
import type { Arguments, QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

/** Names of nodes, as the client gives them. */
interface Nodes {
  readonly devices: readonly unknown[];
  /** The one that has the state of the machine. */
  readonly vmstate?: string | undefined;
}

/**
 * A snapshot is always of all images that can have one, and the first has the state of the machine.
 * @throws QmpError if something else is asked for
 */
async function checkNodes({ devices, vmstate }: Nodes, { machine, nodes }: QmpContext): Promise<void> {
  const known = machine.drives.map((drive) => nodeName(drive, nodes));
  const unknown = devices.find((name) => !known.includes(name as string));
  if (unknown !== undefined) throw new QmpError(`No block device node '${unknown}'`);
  if (vmstate !== undefined && !known.includes(vmstate))
    throw new QmpError(`vmstate block device '${vmstate}' does not exist`);
  const holders = (await machine.snapshots.list()).map(
    ({ drive }) => known[machine.drives.findIndex(({ name }) => name === drive)]!,
  );
  const missing = holders.find((name) => !devices.includes(name));
  if (missing !== undefined)
    throw new QmpError(`a snapshot is of all images that can have one: '${missing}' is missing in 'devices'`);
  if (vmstate !== undefined && vmstate !== holders[0])
    throw new QmpError(`the first image has the state of the machine: 'vmstate' must be '${holders[0]}'`);
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
    run: (args: Arguments, context) =>
      context.jobs.start(args.text('job-id'), type, async () => {
        await checkNodes({ devices: args.list('devices'), vmstate: args.textIfGiven('vmstate') }, context);
        await act(context.machine.snapshots, args.text('tag'));
      }),
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
