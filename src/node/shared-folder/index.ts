import { lstat } from 'node:fs/promises';
import { platform } from 'node:process';
import type { SharedFolder } from '../../ninep/folder.ts';
import type { SecurityModelName } from '../../shares/options.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';
import { NodeSharedFolder } from './folder.ts';
import { hostModel } from './host-model.ts';
import { mappedFileModel } from './mapped-model.ts';
import type { ModelFor } from './model.ts';

const models: Readonly<Record<SecurityModelName, ModelFor>> = {
  'mapped-file': mappedFileModel,
  passthrough: hostModel(true),
  none: hostModel(false),
};

/**
 * Opens a folder that a guest is to share.
 * @throws ConfigurationError if it cannot be opened, or the system has no safe way to its files
 */
export async function openFolder(
  path: string,
  { securityModel }: { readonly securityModel: SecurityModelName },
): Promise<SharedFolder> {
  // Names are looked up in directories that are open, which Node can do by this file system of Linux's alone.
  const isSafe = platform === 'linux' && (await lstat('/proc/self/fd').catch(() => null)) !== null;
  if (!isSafe)
    throw new ConfigurationError(
      `${path}: folders can be shared only on Linux with /proc mounted, where a guest can be kept in them; give the guest a disk instead`,
    );
  return await NodeSharedFolder.open(path, models[securityModel]).catch((error: unknown) => {
    throw new ConfigurationError(`cannot share the folder ${path}: ${systemMessage(error)}`);
  });
}
