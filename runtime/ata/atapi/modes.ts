import { toBytes } from './bytes.ts';

/** Mode pages (MMC-3, 5.5; SFF-8020i, 10.8.6). */
const Page = {
  errorRecovery: 0x01,
  deviceParameters: 0x0d,
  audioControl: 0x0e,
  capabilities: 0x2a,
  all: 0x3f,
} as const;

/** Which values of a page are asked for. */
export const PageControl = { current: 0, changeable: 1, default: 2, saved: 3 } as const;

/** Medium type of the header (SFF-8020i, table 87). */
export const MediumType = { data: 0x01, none: 0x70, open: 0x71 } as const;

/** Kilobytes a second of a drive that is four times as fast as the first ones, and of its buffer. */
const SPEED = 704;
const BUFFER_KILOBYTES = 512;

type PageBody = (locked: boolean) => readonly number[];

/** Bodies of mode pages, after the page's code and length. */
const bodies: ReadonlyMap<number, PageBody> = new Map<number, PageBody>([
  // A bad block is read five times.
  [Page.errorRecovery, () => [0, 5, 0, 0, 0, 0]],
  // 60 seconds of a minute, 75 frames of a second.
  [Page.deviceParameters, () => [0, 0, ...toBytes(60, 2), ...toBytes(75, 2)]],
  // Two channels, at full volume.
  [Page.audioControl, () => [4, 0, 0, 0, 0, 75, 1, 0xff, 2, 0xff, 0, 0, 0, 0]],
  [Page.capabilities, capabilities],
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
export function modePages(code: number, control: number, locked: boolean): number[] | null {
  const codes = code === Page.all ? [...bodies.keys()] : [code];
  const pages = codes.flatMap((one) => {
    const body = bodies.get(one)?.(locked);
    return body === undefined ? [] : [one, body.length, ...shown(body, control)];
  });
  return pages.length === 0 ? null : pages;
}

/** Nothing can be changed. */
function shown(body: readonly number[], control: number): readonly number[] {
  return control === PageControl.changeable ? body.map(() => 0) : body;
}
