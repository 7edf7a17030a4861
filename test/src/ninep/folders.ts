import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { NinepSession } from '../../../src/ninep/session.ts';
import { NinepSession as Session } from '../../../src/ninep/session.ts';
import { SharedFiles } from '../../../src/shares/files.ts';
import { MemoryFolder } from '../../../src/shares/memory/folder.ts';
import { InOrder } from '../../../src/storage/in-order.ts';
import { NinepClient } from '../../support/ninep-client.ts';
import { Share } from '../node/shared-folder/share.ts';

/** A shared folder of some kind, with its client. */
export interface TestFolder extends AsyncDisposable {
  readonly session: NinepSession;
  readonly client: NinepClient;
  /** The contents of a file as the host sees it, a character for each byte. Throws where there is none. */
  contents(path: string): Promise<string>;
}

/** How a folder is to be when it is shared. */
interface Start {
  readonly isReadOnly?: boolean;
  /** Files by their paths. */
  readonly files?: Readonly<Record<string, string>>;
}

type Open = (start?: Start) => Promise<TestFolder>;

function hostFolder(securityModel: 'mapped-file' | 'none'): Open {
  return async ({ isReadOnly = false, files = {} } = {}) => {
    const prepare = (folder: string) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(folder, dirname(path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    };
    const share = await Share.open(securityModel, { isReadOnly, prepare });
    return Object.assign(share, {
      contents: async (path: string) =>
        readFileSync(Buffer.from(`${share.folder}/${path}`, 'latin1')).toString('latin1'),
    });
  };
}

/** Bytes that files in memory may take. */
export const CAPACITY = 64 << 20;

/** One that is saved after each request, and goes on from what was saved. */
class SavedSession extends Session {
  readonly #order = new InOrder();

  override exchange(message: Uint8Array, room: number, number: number): Promise<Uint8Array> {
    return this.#order.run(async () => {
      const reply = await super.exchange(message, room, number);
      const saved = structuredClone(this.client.save()!);
      this.client = this.client.restored(saved);
      // All of it is there again.
      expect(this.client.save()).toEqual(saved);
      return reply;
    });
  }
}

async function memoryFolder(
  { isReadOnly = false, files = {} }: Start = {},
  Kind: typeof NinepSession = Session,
): Promise<TestFolder> {
  const session = new Kind(new MemoryFolder(CAPACITY), isReadOnly);
  const shared = new SharedFiles('memory', session);
  for (const [path, text] of Object.entries(files)) await shared.writeFile(path, text);
  return {
    session,
    client: await NinepClient.mount(session),
    contents: async (path) =>
      Buffer.from(await shared.readFile(Buffer.from(path, 'latin1').toString())).toString('latin1'),
    [Symbol.asyncDispose]: () => session.close(),
  };
}

/** All kinds of folders, which the guest is to find alike. */
export const kinds: Readonly<Record<'mapped-file' | 'none' | 'memory' | 'saved', Open>> = {
  'mapped-file': hostFolder('mapped-file'),
  none: hostFolder('none'),
  memory: (start) => memoryFolder(start),
  saved: (start) => memoryFolder(start, SavedSession),
};
