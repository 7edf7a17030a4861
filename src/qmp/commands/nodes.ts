import type { BlockNode } from '../../machine/block-nodes.ts';
import { imageFormats } from '../../storage/formats.ts';
import { isNodeOf } from '../block/info.ts';
import { type Arguments, isObject, type QmpCommand, type QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

/** Settings that a node's file may have; the host decides the rest. */
const settings = {
  'auto-read-only': 'boolean?',
  discard: 'string?',
  'detect-zeroes': 'string?',
  cache: 'object?',
} as const;
const fileMembers = ['driver', 'filename', 'read-only', 'aio', 'locking', ...Object.keys(settings)];
const drivers: readonly string[] = [...imageFormats, 'file'];

async function addNode(args: Arguments, context: QmpContext): Promise<void> {
  const driver = args.text('driver');
  if (!drivers.includes(driver)) throw new QmpError(`Parameter 'driver' does not accept value '${driver}'`);
  const image = driver === 'file' ? args.textIfGiven('filename') : fileOf(args, context);
  if (image === undefined) throw new QmpError(`Parameter 'filename' is missing`);
  const name = args.textIfGiven('node-name');
  if (name === undefined) throw new QmpError("'node-name' must be specified for the root node");
  checkNotOfDrive(name, context);
  const bytes = await sizeOf(image, context);
  context.nodes.add({ name, driver, image, isReadOnly: args.isSet('read-only'), bytes });
}

/** @throws QmpError for a name that a drive, or the node in it, has */
function checkNotOfDrive(name: string, { machine, nodes }: QmpContext): void {
  const duplicate = machine.drives.find((drive) => drive.image !== null && isNodeOf(drive, name, nodes));
  if (duplicate) throw new QmpError(`Duplicate nodes with node-name='${name}'`);
  if (machine.drives.some((drive) => drive.isCalled(name)))
    throw new QmpError(`node-name=${name} is conflicting with a device id`);
}

/** The file of a format: what describes it, or the name of a node that is one. */
function fileOf(args: Arguments, { nodes }: QmpContext): BlockNode['image'] | undefined {
  const file = args.value('file');
  if (file === undefined) throw new QmpError("Parameter 'file' is missing");
  if (typeof file === 'string') {
    const node = nodes.find(file);
    if (node === undefined) throw new QmpError(`Cannot find device='${file}' nor node-name='${file}'`);
    return node.image;
  }
  if (!isObject(file)) throw new QmpError("Invalid parameter type for 'file', expected: object");
  if (file.filename === undefined) throw new QmpError("Parameter 'file.filename' is missing");
  const unknown = Object.keys(file).find((member) => !fileMembers.includes(member));
  if (unknown !== undefined) throw new QmpError(`Parameter 'file.${unknown}' is unexpected`);
  if (file.driver !== 'file') throw new QmpError(`Parameter 'driver' does not accept value '${file.driver}'`);
  return file.filename as string | undefined;
}

async function sizeOf(image: BlockNode['image'], { options }: QmpContext): Promise<number> {
  if (typeof image !== 'string' || !options.imageFile) return 0;
  const { bytes } = await options.imageFile(image).catch((error: Error) => {
    throw new QmpError(`Could not open '${image}': ${error.message}`);
  });
  return bytes;
}

/** Images that are named, to be put into drives. */
export const nodeCommands: readonly QmpCommand[] = [
  {
    name: 'blockdev-add',
    parameters: {
      ...{ driver: 'string', 'node-name': 'string?', file: 'value?', filename: 'string?', 'read-only': 'boolean?' },
      ...settings,
    },
    run: addNode,
  },
  {
    name: 'blockdev-del',
    parameters: { 'node-name': 'string' },
    run: (args, { nodes }) => nodes.delete(args.text('node-name')),
  },
];
