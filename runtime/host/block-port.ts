import { type BlockDone, type BlockError, type BlockMedium, type BlockPort, SECTOR_BYTES } from './block.ts';
import type { HostDoor } from './door.ts';

/** What a drive asks its host for. */
export type BlockQuestion =
  | { readonly type: 'read' | 'discard'; readonly sector: number; readonly count: number }
  | { readonly type: 'write'; readonly sector: number; readonly bytes: Uint8Array }
  | { readonly type: 'flush' }
  | { readonly type: 'lock'; readonly locked: boolean }
  | { readonly type: 'eject' };

export interface BlockAnswer {
  readonly error: BlockError | null;
  /** Of a read without error. */
  readonly bytes?: Uint8Array;
}

/** A drive whose disk is at the host. `name` is that of the port; `medium` is what is in it at the start. */
export function hostBlockPort(door: HostDoor, name: string, medium: BlockMedium | null): BlockPort {
  const requests = door.requestPort<BlockQuestion, BlockAnswer>(name);
  const ask = (question: BlockQuestion, done: BlockDone) => requests.request(question, ({ error }) => done(error));
  const port = {
    medium,
    onMediumChanged: () => {},
    read(sector: number, target: Uint8Array, done: BlockDone): void {
      const count = target.length / SECTOR_BYTES;
      requests.request({ type: 'read', sector, count }, ({ error, bytes }) => {
        if (bytes) target.set(bytes);
        done(error);
      });
    },
    write(sector: number, source: Uint8Array, done: BlockDone): void {
      // A message carries the whole buffer that a part belongs to.
      const bytes = source.length === source.buffer.byteLength ? source : source.slice();
      ask({ type: 'write', sector, bytes }, done);
    },
    flush: (done: BlockDone) => ask({ type: 'flush' }, done),
    discard: (sector: number, count: number, done: BlockDone) => ask({ type: 'discard', sector, count }, done),
    cancel: () => requests.cancel(),
    setLocked: (locked: boolean) => ask({ type: 'lock', locked }, () => {}),
    eject: () => ask({ type: 'eject' }, () => {}),
  };
  requests.onInput = (value) => {
    port.medium = value as BlockMedium | null;
    port.onMediumChanged();
  };
  return port;
}
