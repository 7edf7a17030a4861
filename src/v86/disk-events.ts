import type { Drive, RequestStatistics } from '../common.ts';
import type { Machine } from '../machine/machine.ts';
import type { Bus } from './bus.ts';

/** Bytes of a sector, of disks and of CDs. */
const [DISK_SECTOR, CD_SECTOR] = [512, 2048];

/** Tells what the guest reads and writes of disks at the IDE, in sums. */
export class DiskEvents {
  readonly #bus: Bus;
  /** Bytes that were told, by drive and way. */
  readonly #told = new Map<string, number>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Looks at all of them. */
  readonly look = async ({ drives }: Machine): Promise<void> => {
    await Promise.all(drives.map(async (drive) => await this.#lookAt(drive)));
  };

  async #lookAt(drive: Drive): Promise<void> {
    const [, channel, kind] = /^ide(\d)-(hd|cd)/.exec(drive.name) ?? [];
    if (channel === undefined) return;
    const { reads, writes } = await drive.statistics();
    const sector = kind === 'cd' ? CD_SECTOR : DISK_SECTOR;
    const amount = (bytes: number): [number, number, number] => [Number(channel), bytes, Math.ceil(bytes / sector)];
    const read = this.#since(`${drive.name} reads`, reads);
    if (read > 0) this.#bus.emit('ide-read-start');
    if (read > 0) this.#bus.emit('ide-read-end', amount(read));
    const written = this.#since(`${drive.name} writes`, writes);
    if (written > 0) this.#bus.emit('ide-write-end', amount(written));
  }

  #since(name: string, { bytes }: RequestStatistics): number {
    const before = this.#told.get(name) ?? 0;
    this.#told.set(name, bytes);
    return bytes - before;
  }
}
