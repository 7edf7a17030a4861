import type { Host } from '../host.ts';
import { Machine } from '../machine/machine.ts';
import type { MachineOptions } from '../options/options.ts';
import { SnapshotError } from '../snapshot/layout.ts';
import { openMachine, type SnapshotBytes } from '../snapshot/machine.ts';
import { ConfigurationError, messageOf } from '../util/errors.ts';
import { ROOT_TAG } from './agent.ts';

/**
 * The machine of a file, which is booted and waits for its container.
 * @param name what messages call the file
 * @throws ConfigurationError if it is another machine, or the changes cannot be had
 */
export async function keptMachine(
  snapshot: SnapshotBytes,
  name: string,
  changes: Partial<MachineOptions>,
  host: Host,
): Promise<Machine> {
  const unusable = (error: unknown): never => {
    throw new ConfigurationError(`${name}: ${messageOf(error)}; ${REMEDY}`);
  };
  const open = async () => {
    const opened = await openMachine(snapshot, host).catch(unusable);
    if (!opened.options.shares?.some(({ tag }) => tag === ROOT_TAG))
      throw new ConfigurationError(`${name} has no machine that waits for containers of this version; ${REMEDY}`);
    return opened;
  };
  return await Machine.resume(open, changes, host).catch((error: unknown) => {
    // A folder or a port that cannot be had is no fault of the file.
    if (!(error instanceof SnapshotError)) throw error;
    return unusable(error);
  });
}

const REMEDY = "'rawiron container machine FILE' makes one";
