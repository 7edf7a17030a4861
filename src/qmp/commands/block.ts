import { findDrive } from '../../drives/attachment.ts';
import { isImageFormat } from '../../storage/formats.ts';
import { driveInfo, isNodeOf, mediumInfo, nodeInfo, waitingDriveInfo } from '../block/info.ts';
import { blockStatistics } from '../block/statistics.ts';
import type { Arguments, QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';
import { driveOf } from './drive.ts';
import { nodeCommands } from './nodes.ts';
import { throttleCommand } from './throttle.ts';
import { checkOpen, place, trayCommands } from './tray.ts';

async function eject(args: Arguments, context: QmpContext): Promise<void> {
  const drive = driveOf(args, context);
  checkOpen(drive, args);
  await drive.eject();
  context.nodes.open(drive.name, null);
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
  if (format !== undefined && !isImageFormat(format)) throw new QmpError(`Unknown driver '${format}'`);
  await drive.change(args.text('filename'), {
    ...(format !== undefined && { format }),
    readOnly: readOnlyModes[mode] ?? drive.isReadOnly,
  });
  context.nodes.open(drive.name, null);
  context.nodes.close(drive.name);
}

/** The disk of a device's or a node's name gets another size, in bytes. */
async function resize(args: Arguments, { machine, nodes }: QmpContext): Promise<void> {
  const [device = '', node = ''] = [args.textIfGiven('device'), args.textIfGiven('node-name')];
  const drive = findDrive(machine.drives, device) ?? machine.drives.find((one) => isNodeOf(one, node, nodes));
  if (drive === undefined) throw new QmpError(`Cannot find device='${device}' nor node-name='${node}'`);
  if (args.number('size') < 0) throw new QmpError("Parameter 'size' expects a >0 size");
  await drive.resize(args.number('size'));
}

function namedNodes({ machine, nodes }: QmpContext): unknown[] {
  const media = machine.drives.filter(({ image }) => image !== null);
  const inserted = new Set(machine.drives.map(({ name }) => nodes.insertedIn(name)));
  return [
    ...nodes.all.filter((node) => !inserted.has(node)).map(nodeInfo),
    ...media.map((drive) => mediumInfo(drive, nodes)),
  ];
}

/** Commands about disks and drives. */
export const blockCommands: readonly QmpCommand[] = [
  {
    name: 'query-block',
    run: (_, { machine, nodes }) => [
      ...machine.drives.map((drive) => driveInfo(drive, nodes)),
      ...nodes.waitingDrives.map(waitingDriveInfo),
    ],
  },
  {
    name: 'query-blockstats',
    parameters: { 'query-nodes': 'boolean?' },
    run: blockStatistics,
  },
  {
    name: 'query-named-block-nodes',
    parameters: { flat: 'boolean?' },
    run: (_, context) => namedNodes(context),
  },
  { name: 'eject', parameters: place, run: eject },
  {
    name: 'blockdev-change-medium',
    parameters: { ...place, filename: 'string', format: 'string?', 'read-only-mode': 'string?' },
    run: change,
  },
  {
    name: 'block_resize',
    parameters: { device: 'string?', 'node-name': 'string?', size: 'integer' },
    run: resize,
  },
  ...trayCommands,
  ...nodeCommands,
  throttleCommand,
];
