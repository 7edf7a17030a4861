import type { TarHeader } from '../../containers/layer.ts';
import { ConfigurationError, messageOf } from '../../errors.ts';
import { type Bytes, drained } from './streams.ts';

/** A member of an archive, with its contents, which have to be taken before the next member comes. */
export interface Member extends Bytes {
  readonly header: TarHeader;
}

/** What takes the bytes of an archive: the writing side of tar-stream's `extract()`. */
interface ArchiveSink {
  write(part: Uint8Array): boolean;
  end(part?: unknown): unknown;
  destroy(error?: Error): void;
  readonly destroyed: boolean;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

/**
 * The members of a tar archive. What goes wrong with its bytes is thrown as it is.
 * @throws ConfigurationError if it is none, or is damaged
 */
export async function* tarMembers(archive: Bytes, name: string): AsyncIterable<Member> {
  const { extract } = await import('tar-stream');
  const members = extract();
  let failure: unknown;
  const feeding = feed(archive, members as ArchiveSink).catch((error: unknown) => {
    failure = error;
    members.destroy(error as Error);
  });
  try {
    for await (const member of members) yield member as Member;
    await feeding;
  } catch (error) {
    throw failure ?? new ConfigurationError(`${name} is no archive that can be read: ${messageOf(error)}`);
  } finally {
    members.destroy();
    await feeding;
  }
  if (failure !== undefined) throw failure;
}

async function feed(archive: Bytes, sink: ArchiveSink): Promise<void> {
  for await (const part of archive) {
    if (!sink.write(part)) await drained(sink);
    if (sink.destroyed) return;
  }
  sink.end();
}
