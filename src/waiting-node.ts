import { type BlockNode, BlockNodes } from './block-nodes.ts';
import { ConfigurationError } from './errors.ts';
import type { Machine } from './machine.ts';

/**
 * An image that was named, for a disk which is plugged in.
 * @throws ConfigurationError in QEMU's words, if there is none such, or another disk has it
 */
export function waitingNode(machine: Machine, driver: string, name: string): BlockNode {
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
