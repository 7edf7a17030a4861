import { ConfigurationError, type DriveOptions, type Image, type Machine } from '../index.ts';
import { type BlockNode, BlockNodes, driveNode } from '../machine/block-nodes.ts';
import { imageFile } from '../node/files/image-file.ts';
import { isHttp } from '../storage/http/address.ts';
import { messageOf } from '../util/errors.ts';
import { unusedDrives } from './drive-flags.ts';
import type { Settings } from './settings.ts';

/**
 * Drives of -drive and images of -blockdev that no device has are there for device_add.
 * @throws ConfigurationError if an image is not there
 */
export async function nameWaitingDrives(machine: Machine, settings: Settings): Promise<void> {
  const nodes = BlockNodes.of(machine);
  for (const [name, drive] of unusedDrives(settings)) nodes.add(await nodeOf(name, drive, settings.blockNodes?.[name]));
}

/** @param driver of -blockdev */
async function nodeOf(name: string, drive: DriveOptions & { image: Image }, driver?: string): Promise<BlockNode> {
  const { image } = drive;
  const isFile = typeof image === 'string' && !isHttp(image);
  const file = isFile ? await imageFile(image).catch((error) => Promise.reject(couldNotOpen(image, error))) : undefined;
  const node = driveNode(name, drive, file);
  if (driver === undefined) return node;
  const { drive: _, ...others } = node;
  return { ...others, driver };
}

function couldNotOpen(image: string, error: unknown): ConfigurationError {
  return new ConfigurationError(`Could not open '${image}': ${messageOf(error)}`);
}
