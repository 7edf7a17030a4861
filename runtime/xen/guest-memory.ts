import type { BusMemory } from '../memory/bus-memory.ts';
import type { PageTables } from '../memory/page-tables.ts';
import { Access } from '../memory/paging.ts';
import { Errno, PAGE_BYTES, XenError } from './abi.ts';

/** Memory at linear addresses of the guest, as a hypercall reads and writes it. Throws XenError where nothing is mapped for the system. */
export interface GuestMemory {
  read(linear: number, length: number): DataView;
  write(linear: number, bytes: Uint8Array): void;
}

/** The guest's memory as the paging of the processor that runs has it. */
export function guestMemory(paging: Pick<PageTables, 'allows' | 'result'>, memory: BusMemory): GuestMemory {
  const each = (
    linear: number,
    length: number,
    access: number,
    use: (address: number, done: number, count: number) => void,
  ) => {
    for (let done = 0; done < length; ) {
      const at = (linear + done) >>> 0;
      const count = Math.min(length - done, PAGE_BYTES - (at % PAGE_BYTES));
      if (!paging.allows(at, access)) throw new XenError(Errno.fault);
      use(paging.result.page * PAGE_BYTES + (at % PAGE_BYTES), done, count);
      done += count;
    }
  };
  return {
    read(linear, length) {
      const bytes = new Uint8Array(length);
      each(linear, length, Access.read, (address, done, count) =>
        memory.read(address, bytes.subarray(done, done + count)),
      );
      return new DataView(bytes.buffer);
    },
    write: (linear, bytes) =>
      each(linear, bytes.length, Access.write, (address, done, count) =>
        memory.write(address, bytes.subarray(done, done + count)),
      ),
  };
}
