import type { FileHandle } from 'node:fs/promises';
import type { OpenFile } from '../../ninep/folder.ts';

/** A regular file that is open at the host. */
export class NodeOpenFile implements OpenFile {
  readonly kind = 'file';
  readonly handle: FileHandle;
  readonly mayWrite: boolean;

  constructor(handle: FileHandle, mayWrite: boolean) {
    this.handle = handle;
    this.mayWrite = mayWrite;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await this.handle.read(target, done, target.length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(bytes: Uint8Array, position: number): Promise<number> {
    return (await this.handle.write(bytes, 0, bytes.length, position)).bytesWritten;
  }

  sync(dataOnly: boolean): Promise<void> {
    return dataOnly ? this.handle.datasync() : this.handle.sync();
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
