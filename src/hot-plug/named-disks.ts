import { type BlockNode, BlockNodes, formatOf } from '../machine/block-nodes.ts';
import type { Machine } from '../machine/machine.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { DeviceProperties } from './device-buses.ts';
import type { PluggedDiskOptions } from './plugged-disks.ts';

/**
 * Plugs in a disk whose image was named by `blockdev-add` or `drive_add`, as `device_add` says it.
 * @param plug plugs it into its bus, and gives what the bus tells of it
 * @throws ConfigurationError in QEMU's words
 */
export async function plugNamedDisk(
  machine: Machine,
  driver: string,
  { drive, serial }: DeviceProperties,
  plug: (disk: PluggedDiskOptions) => Promise<{ readonly drive?: string }>,
): Promise<void> {
  if (drive === undefined) throw new ConfigurationError('drive property not set');
  const node = waitingNode(machine, driver, drive);
  const { snapshot = false, serial: own, limits } = node.drive ?? {};
  const told = serial ?? own;
  const { drive: name } = await plug({
    ...{ image: node.image, ...formatOf(node), readOnly: node.isReadOnly, snapshot },
    ...(node.drive && { drive: node.name }),
    ...(limits && { limits }),
    ...(told !== undefined && { serial: told }),
  });
  BlockNodes.of(machine).insert(name!, node);
}

/** One that no disk has. */
function waitingNode(machine: Machine, driver: string, name: string): BlockNode {
  const nodes = BlockNodes.of(machine);
  const node = nodes.find(name);
  if (node && !nodes.isUsed(node)) return node;
  if (node) throw new ConfigurationError(`Drive '${name}' is already in use by another block device`);
  if (machine.drives.some((one) => one.isCalled(name)))
    throw new ConfigurationError(
      `Drive '${name}' is already in use because it has been automatically connected to another device (did you need 'if=none' in the drive options?)`,
    );
  throw new ConfigurationError(`Property '${driver}.drive' can't find value '${name}'`);
}
