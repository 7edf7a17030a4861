import type { NewFile } from '../../ninep/folder.ts';
import { DirectoryNode } from './directory-node.ts';
import { FileNode, LinkNode, type MemoryNode, type Origin } from './nodes.ts';
import type { Space, SpareSpace } from './space.ts';

/** A file that a folder begins with: a directory, a file whose contents are elsewhere, or a symbolic link. */
export interface Planted {
  /** With a character for each byte. */
  readonly name: string;
  readonly file: NewFile;
  /** Nanoseconds since 1970. */
  readonly modificationTime: bigint;
  readonly holds: PlantedContent;
}

export type PlantedContent =
  | { readonly entries: readonly Planted[] }
  | { readonly origin: Origin }
  | { readonly target: string };

/** The space that the guest's files take, and that of contents that have an origin. */
export interface Spaces {
  readonly space: Space;
  readonly contents: SpareSpace;
}

/** Puts files into a directory, whose names and links count no bytes. Their times are set last, as what comes into a directory changes it. */
export function plant(directory: DirectoryNode, entries: readonly Planted[], spaces: Spaces): void {
  for (const { name, file, modificationTime, holds } of entries) {
    const node = nodeOf(file, holds, spaces);
    directory.enter(name, { node, room: 0, position: directory.lastPosition + 1 });
    if (node instanceof DirectoryNode && 'entries' in holds) plant(node, holds.entries, spaces);
    node.change({ accessTime: modificationTime, modificationTime });
  }
}

function nodeOf(file: NewFile, holds: PlantedContent, { space, contents }: Spaces): MemoryNode {
  if ('entries' in holds) return new DirectoryNode(file, space);
  if ('origin' in holds) return new FileNode(file, space, { origin: holds.origin, space: contents });
  return new LinkNode(holds.target, file, space, 0);
}
