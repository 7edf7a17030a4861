import type { TarHeader } from '../../containers/layer.ts';
import { ConfigurationError, messageOf } from '../../util/errors.ts';
import type { DirectoryEntry, FileEntry, SymlinkEntry } from '../linux/cpio.ts';
import { type Bytes, drained } from './streams.ts';

/** A member of an archive, with its contents, which have to be taken before the next member comes. */
export interface Member extends Bytes {
  readonly header: TarHeader;
}

/** A consumer of an archive's bytes: the writing side of tar-stream's `extract()`. */
interface ArchiveSink {
  write(part: Uint8Array): boolean;
  end(part?: unknown): unknown;
  destroy(error?: Error): void;
  readonly destroyed: boolean;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

/** The package, loaded when an archive is. */
const tarStream = () => import('tar-stream');

/**
 * The members of a tar archive. What goes wrong with its bytes is thrown as it is.
 * @throws ConfigurationError if it is none, or is damaged
 */
export async function* tarMembers(archive: Bytes, name: string): AsyncIterable<Member> {
  const { extract } = await tarStream();
  const members = extract();
  // A stream that is destroyed while a member waits never says that it is closed.
  const stop = Promise.withResolvers<void>();
  const failures: unknown[] = [];
  const feeding = feed(archive, members as ArchiveSink, stop.promise).catch((error: unknown) => {
    failures.push(error);
    members.destroy(error as Error);
  });
  const told = (error: unknown) =>
    failures[0] ?? new ConfigurationError(`${name} is no archive that can be read: ${messageOf(error)}`);
  try {
    for await (const member of members) yield new ReadMember(member.header, member as Bytes, told);
    await feeding;
  } catch (error) {
    throw told(error);
  } finally {
    stop.resolve();
    members.destroy();
    await feeding;
  }
  if (failures.length > 0) throw failures[0];
}

/** A tar archive with these folders, files and links, all of root's. */
export async function* packTar(entries: readonly (DirectoryEntry | FileEntry | SymlinkEntry)[]): Bytes {
  const { pack } = await tarStream();
  const archive = pack();
  for (const entry of entries) {
    const { path: name, type } = entry;
    if (type === 'symlink') archive.entry({ name, type, linkname: entry.target });
    else if (type === 'directory') archive.entry({ name, type, mode: entry.mode ?? 0o755 });
    else archive.entry({ name, type, mode: entry.mode ?? 0o644 }, Buffer.from(entry.data));
  }
  archive.finalize();
  yield* archive as Bytes;
}

class ReadMember implements Member {
  readonly header: TarHeader;
  readonly #bytes: Bytes;
  readonly #told: (error: unknown) => unknown;

  constructor(header: TarHeader, bytes: Bytes, told: (error: unknown) => unknown) {
    this.header = header;
    this.#bytes = bytes;
    this.#told = told;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      yield* this.#bytes;
    } catch (error) {
      throw this.#told(error);
    }
  }
}

/** Archives are in blocks of so many bytes (POSIX ustar). Some programs leave out what fills the last one. */
const BLOCK = 512;

async function feed(archive: Bytes, sink: ArchiveSink, stopped: Promise<void>): Promise<void> {
  let bytes = 0;
  for await (const part of archive) {
    bytes += part.length;
    if (!sink.write(part)) await Promise.race([drained(sink), stopped]);
    if (sink.destroyed) return;
  }
  const missing = -bytes & (BLOCK - 1);
  sink.end(missing > 0 ? new Uint8Array(missing) : undefined);
}
