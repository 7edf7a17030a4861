/** Numbers of keys from here on differ from Linux's (include/uapi/linux/input-event-codes.h). */
const FIRST_OTHER = 0x54;

/** Linux's numbers of the others, by the host's (src/input/keys.ts): a scancode of set 1, and 80h where E0h stands before it. */
const others: Readonly<Record<number, number>> = {
  ...{ 86: 86, 87: 87, 88: 88, 112: 93, 115: 89, 121: 92, 123: 94, 125: 124, 126: 121 },
  ...{ 156: 96, 157: 97, 181: 98, 183: 99, 184: 100, 198: 119, 199: 102, 200: 103, 201: 104 },
  ...{ 203: 105, 205: 106, 207: 107, 208: 108, 209: 109, 210: 110, 211: 111 },
  ...{ 219: 125, 220: 126, 221: 127 },
};

/** Linux's number of the left mouse button; those of the others follow. */
export const FIRST_BUTTON = 0x110;

/** Linux's number of a key, by the host's; undefined: it has none. */
export function linuxKey(key: number): number | undefined {
  return key > 0 && key < FIRST_OTHER ? key : others[key];
}
