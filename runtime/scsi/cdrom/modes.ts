import { toBytes } from '../bytes.ts';
import { ModePage } from '../operations.ts';
import { modePage } from '../replies.ts';

/** Medium type of the header (SFF-8020i, table 87). */
export const MediumType = { data: 0x01, none: 0x70, open: 0x71 } as const;

/** Kilobytes a second of a drive that is four times as fast as the first ones, and of its buffer. */
const SPEED = 704;
const BUFFER_KILOBYTES = 512;

type PageBody = (locked: boolean) => readonly number[];

/** Bodies of mode pages, after the page's code and length. */
const bodies: ReadonlyMap<number, PageBody> = new Map<number, PageBody>([
  // A bad block is read five times.
  [ModePage.errorRecovery, () => [0, 5, 0, 0, 0, 0]],
  // 60 seconds of a minute, 75 frames of a second.
  [ModePage.cdDeviceParameters, () => [0, 0, ...toBytes(60, 2), ...toBytes(75, 2)]],
  // Two channels, at full volume.
  [ModePage.cdAudioControl, () => [4, 0, 0, 0, 0, 75, 1, 0xff, 2, 0xff, 0, 0, 0, 0]],
  [ModePage.cdCapabilities, capabilities],
]);

/**
 * The drive's capabilities (SFF-8020i, table 98): it reads CDs and DVDs, of both forms and modes, and has a tray that can be
 * locked.
 */
function capabilities(locked: boolean): number[] {
  const reads = [0x3b, 0x00];
  const audioAndForms = [0x70, 0x60];
  const mechanism = [0x29 | (locked ? 0x02 : 0), 0x00];
  const speeds = [...toBytes(SPEED, 2), ...toBytes(2, 2), ...toBytes(BUFFER_KILOBYTES, 2), ...toBytes(SPEED, 2)];
  return [...reads, ...audioAndForms, ...mechanism, ...speeds, 0, 0, 0, 0];
}

/** The pages of a code, or all; null if there is none. */
export function modePages(code: number, isChangeable: boolean, locked: boolean): number[] | null {
  const codes = code === ModePage.all ? [...bodies.keys()] : [code];
  const pages = codes.flatMap((one) => {
    const body = bodies.get(one)?.(locked);
    return body === undefined ? [] : modePage(one, body, isChangeable);
  });
  return pages.length === 0 ? null : pages;
}
