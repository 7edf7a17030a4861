import { printable } from '../util/printable.ts';
import type { ImageSnapshot } from './qcow2/snapshots.ts';
import { sizeText } from './size-text.ts';

/** The fields of a snapshot in a list. */
export type ListedSnapshot = Pick<ImageSnapshot, 'id' | 'name' | 'stateBytes' | 'date' | 'clock' | 'instructions'>;

/** Snapshots as QEMU lists them, with a heading. */
export function snapshotLines(snapshots: readonly ListedSnapshot[]): string {
  const heading = { size: 'VM SIZE', date: 'DATE', clock: 'VM CLOCK', instructions: 'ICOUNT' };
  const rows = snapshots.map((snapshot) => line(printable(snapshot.id), printable(snapshot.name), shown(snapshot)));
  return [line('ID', 'TAG', heading), ...rows].join('');
}

interface Shown {
  readonly size: string;
  readonly date: string;
  readonly clock: string;
  readonly instructions: string;
}

function shown({ stateBytes, date, clock, instructions }: ListedSnapshot): Shown {
  return {
    size: sizeText(stateBytes),
    date: dateText(new Date(Number(date / 1_000_000n))),
    clock: clockText(clock / 1_000_000n),
    instructions: instructions === undefined ? '' : `${instructions}`,
  };
}

function line(id: string, name: string, { size, date, clock, instructions }: Shown): string {
  const left = `${id.padEnd(9)} ${name.padEnd(16)} `;
  return `${left}${size.padStart(8)}${date.padStart(20)}${clock.padStart(13)}${instructions.padStart(11)}\n`;
}

/** In the host's time zone. */
function dateText(date: Date): string {
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')}`;
}

function clockText(milliseconds: bigint): string {
  const seconds = milliseconds / 1000n;
  const parts = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(twoDigits).join(':');
  return `${parts}.${String(milliseconds % 1000n).padStart(3, '0')}`;
}

function twoDigits(part: number | bigint): string {
  return String(part).padStart(2, '0');
}
