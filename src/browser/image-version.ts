import { VERSIONS } from './files-folder.ts';
import { privateFolder } from './private-files.ts';
import { openSync, type SyncFile } from './sync-file.ts';

/** A text that no image had before. */
export function newVersion(): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(crypto.randomUUID());
}

/** The file that has the version of a kept image. The time of change is no help: a browser need not set it while a file is open. */
async function versionFile(name: string): Promise<FileSystemFileHandle> {
  return await (await privateFolder(VERSIONS)).getFileHandle(name, { create: true });
}

/** The version of an image that is open: it is another one after each change that follows a look at it. */
export class ImageVersion {
  readonly #handle: FileSystemFileHandle;
  /** Missing: the image is only read. */
  readonly #file: SyncFile | undefined;
  #isKnown = true;

  private constructor(handle: FileSystemFileHandle, file: SyncFile | undefined) {
    this.#handle = handle;
    this.#file = file;
  }

  static async open(name: string, access: 'read' | 'write'): Promise<ImageVersion> {
    const handle = await versionFile(name);
    return new ImageVersion(handle, access === 'write' ? await openSync(handle, 'readwrite') : undefined);
  }

  async read(): Promise<string> {
    this.#isKnown = true;
    if (!this.#file) return await (await this.#handle.getFile()).text();
    const bytes = new Uint8Array(this.#file.getSize());
    this.#file.read(bytes, { at: 0 });
    return new TextDecoder().decode(bytes);
  }

  /** The image is about to change. */
  change(): void {
    if (!this.#isKnown || !this.#file) return;
    this.#file.write(newVersion(), { at: 0 });
    this.#file.flush();
    this.#isKnown = false;
  }

  close(): void {
    this.#file?.close();
  }
}
