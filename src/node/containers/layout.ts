import { createReadStream } from 'node:fs';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LAYER_LIMITS, type LayerLimits } from '../../containers/layer.ts';
import {
  archiveFiles,
  type ImageSource,
  type LayoutFile,
  type LayoutFiles,
  layoutImage,
} from '../../containers/layout.ts';
import type { Bytes } from '../../containers/streams.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { isOpened } from '../files/read-file.ts';
import { nodeTools } from './image-tools.ts';

/**
 * The image of a folder in OCI's layout, or of an archive: of that layout, or as `docker save` writes it.
 * @param work an empty folder for what an archive has
 * @param tag which one of several; undefined: the only one
 * @param limits of what an archive unpacks to
 * @throws ConfigurationError
 */
export async function openLayout(
  path: string,
  work: string,
  tag?: string,
  limits: LayerLimits = LAYER_LIMITS,
): Promise<ImageSource> {
  const info = await stat(path);
  if (info.isFIFO() && !isOpened(path)) throw new ConfigurationError(`${path} is a named pipe; give a file`);
  const files = info.isDirectory() ? folderFiles(path) : await filesOfArchive(path, work, limits);
  return await layoutImage(files, path, tag, nodeTools);
}

function folderFiles(folder: string): LayoutFiles {
  return {
    async find(path) {
      const file = join(folder, path);
      const info = await stat(file).catch(() => null);
      return info?.isFile() ? fileAt(file, info.size) : undefined;
    },
  };
}

const fileAt = (path: string, size: number): LayoutFile => ({ size, bytes: () => createReadStream(path) });

/** Unpacks an archive to files with numbers for names. */
async function filesOfArchive(path: string, work: string, limits: LayerLimits): Promise<LayoutFiles> {
  await mkdir(work, { recursive: true });
  let count = 0;
  const keep = async (bytes: Bytes) => {
    const target = join(work, String(count++));
    await using file = await open(target, 'w', 0o600);
    let size = 0;
    for await (const part of bytes) {
      await file.writeFile(part);
      size += part.length;
    }
    return fileAt(target, size);
  };
  return await archiveFiles(createReadStream(path), path, limits, nodeTools, keep);
}

/** Removes what an archive was unpacked to. */
export async function closeLayout(work: string): Promise<void> {
  await rm(work, { recursive: true, force: true });
}
