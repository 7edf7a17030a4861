import { findDrive } from '../drives/attachment.ts';
import { isIdentifier } from '../drives/options.ts';
import { deviceHelp, plugDevice, unplugDevice } from '../hot-plug/device-add.ts';
import { BlockNodes, driveNode } from '../machine/block-nodes.ts';
import { propertyList } from '../options/property-list.ts';
import { formatNames, isImageFormat } from '../storage/formats.ts';
import type { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

async function addDevice({ words }: Arguments, { machine, options }: CommandContext): Promise<string> {
  const properties = Object.fromEntries(propertyList(words.device!, 'driver'));
  const help = deviceHelp(machine, properties);
  if (help !== undefined) return help;
  await plugDevice(machine, properties, options.deviceIds);
  return '';
}

async function removeDevice({ words }: Arguments, { machine }: CommandContext): Promise<void> {
  if (!(await unplugDevice(machine, words.id!))) throw new MonitorError(`Error: Device '${words.id}' not found`);
}

const driveProperties = ['if', 'id', 'file', 'format', 'readonly', 'snapshot', 'serial', 'media'];

/** An image that `device_add usb-storage` connects. The address, of PCI buses, says nothing here as in QEMU. */
async function addDrive({ words }: Arguments, context: CommandContext): Promise<string> {
  const { machine, options } = context;
  const given = Object.fromEntries(propertyList(words.options!, 'file'));
  const unknown = Object.keys(given).find((name) => !driveProperties.includes(name));
  if (unknown !== undefined)
    throw new MonitorError(`'${unknown}' is not there; a drive has ${driveProperties.join(', ')}`);
  const { if: connection = 'ide', file, format, media = 'disk', serial } = given;
  if (connection !== 'none') throw new MonitorError(`Can't hot-add drive to type ${connection}; give if=none`);
  if (media !== 'disk') throw new MonitorError(`media=${media}: only disks can be plugged in; leave it out`);
  if (format !== undefined && !isImageFormat(format))
    throw new MonitorError(`Unknown driver '${format}'; give one of ${formatNames}`);
  if (file === undefined || file === '') throw new MonitorError('a drive needs an image; give file=FILE');
  const name = checkedName(given.id, context);
  const found = await options.imageFile?.(file).catch((error: Error) => {
    throw new MonitorError(`Could not open '${file}': ${error.message}`);
  });
  const drive = {
    image: file,
    readOnly: isOn('readonly', given.readonly),
    snapshot: isOn('snapshot', given.snapshot),
    ...(format !== undefined && { format }),
    ...(serial !== undefined && { serial }),
  };
  BlockNodes.of(machine).add(driveNode(name, drive, found));
  return 'OK\n';
}

/** A drive's name, checked; that of a drive without one is the next number. */
function checkedName(id: string | undefined, { machine }: CommandContext): string {
  const nodes = BlockNodes.of(machine);
  const isTaken = (name: string) => nodes.find(name) !== undefined || machine.drives.some((one) => one.isCalled(name));
  if (id === undefined) {
    let number = 0;
    while (isTaken(`none${number}`)) number++;
    return `none${number}`;
  }
  if (!isIdentifier(id)) throw new MonitorError("Parameter 'id' expects an identifier");
  if (isTaken(id)) throw new MonitorError(`Duplicate ID '${id}' for drive`);
  return id;
}

function isOn(name: string, value = 'off'): boolean {
  if (value === 'on' || value === 'off') return value === 'on';
  throw new MonitorError(`Parameter '${name}' expects 'on' or 'off'`);
}

/** Removes a drive that no device has. */
function removeDrive({ words }: Arguments, { machine }: CommandContext): string {
  const nodes = BlockNodes.of(machine);
  const node = nodes.find(words.id!);
  if (node?.drive && !nodes.isUsed(node)) {
    nodes.delete(words.id!);
    return '';
  }
  const isConnected = findDrive(machine.drives, words.id!) !== undefined;
  throw new MonitorError(
    isConnected
      ? `Error: Drive '${words.id}' is in use by a device; pull that out (device_del), and it goes with it`
      : `Error: Device '${words.id}' not found`,
  );
}

/** Commands that plug devices in and pull them out while the machine runs. */
export const deviceCommands: readonly Command[] = [
  {
    names: ['device_add'],
    usage: 'driver[,prop=value][,...]',
    help: 'add device, like -device on the command line',
    parameters: [{ name: 'device', type: 'rest', optional: true }],
    run: ({ words, ...others }, context) => addDevice({ ...others, words: { device: '', ...words } }, context),
  },
  {
    names: ['device_del'],
    usage: 'device',
    help: 'remove device',
    parameters: [{ name: 'id', type: 'word' }],
    run: removeDevice,
  },
  {
    names: ['drive_add'],
    usage:
      '[[<domain>:]<bus>:]<slot>\n[file=file][,if=type][,format=f][,readonly=on][,snapshot=on][,serial=text][,id=name]',
    help: 'add drive to PCI storage controller',
    parameters: [
      { name: 'address', type: 'word' },
      { name: 'options', type: 'rest' },
    ],
    run: addDrive,
  },
  {
    names: ['drive_del'],
    usage: 'device',
    help: 'remove host block device',
    parameters: [{ name: 'id', type: 'word' }],
    run: removeDrive,
  },
];
