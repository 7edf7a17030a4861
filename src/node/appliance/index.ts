import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { archivedFiles, plainName } from '../../appliance/archive.ts';
import { type Appliance, type ApplianceFiles, readAppliance } from '../../appliance/index.ts';
import { MemberStore } from '../../storage/member-store.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';
import { nodeStorage } from '../storage.ts';

/** Bytes of a descriptor at most. */
const MOST_BYTES = 4 << 20;

/**
 * Opens an appliance of the host's: an archive (.ova), or a descriptor (.ovf) with its images beside it.
 * @throws ConfigurationError if it cannot be read, or describes what there is not
 */
export async function openAppliance(path: string): Promise<Appliance> {
  const files = /\.ovf$/i.test(path) ? await filesBeside(path) : await filesWithin(path);
  return await readAppliance(files, nodeStorage);
}

async function filesWithin(path: string): Promise<ApplianceFiles> {
  const archive = await nodeStorage.open(path, 'read');
  try {
    const files = await archivedFiles(archive);
    const found = files.find(({ name }) => /\.ovf$/i.test(name));
    if (found === undefined) throw new ConfigurationError(`${path} is no appliance: it has no descriptor (.ovf)`);
    checkSize(path, found.size);
    const bytes = new Uint8Array(found.size);
    await new MemberStore(archive, found).read(0, bytes);
    // The descriptor names files from its own folder on. A name with a step outwards is none within an archive: on some hosts it leads out of it.
    const folder = found.name.slice(0, found.name.lastIndexOf('/') + 1);
    const find = (file: string) => {
      const name = plainName(`${folder}${file}`);
      const leadsOut = name.includes('\\') || name.split('/').includes('..');
      return !leadsOut && files.some((other) => other.name === name) ? `${path}/${name}` : undefined;
    };
    return { name: path, descriptor: new TextDecoder().decode(bytes), find };
  } finally {
    await archive.close();
  }
}

/** A descriptor names files beside it, and none elsewhere. */
async function filesBeside(path: string): Promise<ApplianceFiles> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new ConfigurationError(`cannot read ${path}: ${systemMessage(error)}`);
  });
  checkSize(path, bytes.length);
  const find = (named: string) => {
    const file = plainName(named);
    const isBeside = file !== '' && file === basename(file) && file !== '..' && existsSync(join(dirname(path), file));
    return isBeside ? join(dirname(path), file) : undefined;
  };
  return { name: path, descriptor: bytes.toString(), find };
}

function checkSize(path: string, bytes: number): void {
  if (bytes > MOST_BYTES) throw new ConfigurationError(`${path}: the descriptor has ${bytes} bytes: too many`);
}
