import { MemoryStore } from '../../../../src/storage/memory-store.ts';
import type { ByteStore, Disk } from '../../../../src/storage/store.ts';
import { TableMemory } from '../../../../src/storage/table-memory.ts';
import { createVdi, openVdi } from '../../../../src/storage/vdi/image.ts';
import { createVhd, openVhd } from '../../../../src/storage/vhd/image.ts';
import { seal } from '../../../../src/storage/vhdx/checksum.ts';
import { headerOffsets, regionOffsets } from '../../../../src/storage/vhdx/header.ts';
import { createVhdx, openVhdx } from '../../../../src/storage/vhdx/image.ts';
import { createVmdk, openVmdk } from '../../../../src/storage/vmdk/image.ts';
import { contents, MemoryHost } from '../memory-host.ts';

const { decompressor } = new MemoryHost();
const fail = async (): Promise<never> => {
  throw new Error('there is no other image');
};

/** A format of another hypervisor: how an image of it is made, and opened. */
export interface Kind {
  readonly name: string;
  create(store: ByteStore, size: number): Promise<Disk>;
  open(store: ByteStore): Promise<Disk>;
}

export const kinds: readonly Kind[] = [
  {
    name: 'vdi',
    create: (store, size) => createVdi(store, { size, isFixed: false }),
    open: (store) => openVdi({ store, tables: new TableMemory() }),
  },
  {
    name: 'vpc',
    create: (store, size) => createVhd(store, { size, isFixed: false }),
    open: (store) => openVhd({ store, tables: new TableMemory() }),
  },
  {
    name: 'vhdx',
    create: (store, size) => createVhdx(store, { size, isFixed: false }),
    open: (store) => openVhdx({ store, tables: new TableMemory() }),
  },
  {
    name: 'vmdk',
    create: (store, size) => createVmdk(store, size, decompressor),
    open: (store) =>
      openVmdk({
        store,
        decompressor,
        internalSnapshot: undefined,
        openBacking: fail,
        openPart: fail,
        tables: new TableMemory(),
      }),
  },
];

/** Makes the checksums of an image right again, where its format has some. */
export function reseal({ name }: Kind, bytes: Uint8Array): void {
  if (name === 'vhdx') {
    for (const offset of headerOffsets) seal(bytes.subarray(offset, offset + 4096), 'head');
    for (const offset of regionOffsets) seal(bytes.subarray(offset, offset + 65_536), 'regi');
  }
  if (name !== 'vpc') return;
  for (const [start, length, at] of [
    [0, 512, 64],
    [512, 1024, 36],
  ] as const) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, length);
    view.setUint32(at, 0);
    let sum = 0;
    for (let n = 0; n < length; n++) sum += view.getUint8(n);
    view.setUint32(at, ~sum >>> 0);
  }
}

/** The bytes of a new image with nothing in it. */
export async function emptyImage({ create }: Kind, size: number): Promise<Uint8Array> {
  const store = new MemoryStore('image');
  const disk = await create(store, size);
  await disk.flush();
  return contents(store);
}
