/** Words of IDENTIFY DEVICE and IDENTIFY PACKET DEVICE, by their numbers. */
export type Words = Readonly<Record<number, number>>;

const BYTES = 512;

/** The 512 bytes of words, all others being 0, and of texts at words: two characters a word, the first in its high byte. */
export function identifyBytes(words: Words, texts: readonly IdentifyText[]): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  const view = new DataView(bytes.buffer);
  for (const [word, value] of Object.entries(words)) view.setUint16(2 * Number(word), value, true);
  for (const { word, length, text } of texts) {
    const padded = text.padEnd(length).slice(0, length);
    for (let n = 0; n < length; n++) bytes[2 * word + (n ^ 1)] = padded.charCodeAt(n);
  }
  return bytes;
}

export interface IdentifyText {
  readonly word: number;
  /** In characters. */
  readonly length: number;
  readonly text: string;
}

/** Serial number, firmware revision and model. */
export function identifyTexts(serial: string, firmware: string, model: string): IdentifyText[] {
  return [
    { word: 10, length: 20, text: serial },
    { word: 23, length: 8, text: firmware },
    { word: 27, length: 40, text: model },
  ];
}

/** A number in words from one on, low word first. */
export function wordsOf(word: number, count: number, value: number): Words {
  const places = Array.from({ length: count }, (_, n) => n);
  return Object.fromEntries(places.map((n) => [word + n, Math.floor(value / 2 ** (16 * n)) % 0x10000]));
}

/** The transfer modes that SET FEATURES can choose: bits 7-3 of its sector count (ATA/ATAPI-6, table 46). */
const TransferKind = { pioDefault: 0, pio: 1, singleWordDma: 2, multiwordDma: 4, ultraDma: 8 } as const;

/** Whether a drive can be set to a transfer mode: PIO to 4, single and multiword DMA to 2, Ultra DMA to 5. */
export function isTransferMode(mode: number): boolean {
  const [kind, number] = [mode >> 3, mode & 7];
  switch (kind) {
    case TransferKind.pioDefault:
      return number <= 1;
    case TransferKind.pio:
      return number <= 4;
    case TransferKind.singleWordDma:
    case TransferKind.multiwordDma:
      return number <= 2;
    default:
      return kind === TransferKind.ultraDma && number <= 5;
  }
}

/** Words 62, 63 and 88: the modes that there are, and which one is selected. */
export function transferModeWords(mode: number): Words {
  const selected = (kind: number): number => (mode >> 3 === kind ? 0x100 << (mode & 7) : 0);
  return {
    62: 0x07 | selected(TransferKind.singleWordDma),
    63: 0x07 | selected(TransferKind.multiwordDma),
    88: 0x3f | selected(TransferKind.ultraDma),
  };
}

/** Selected after a reset: Ultra DMA 5. */
export const INITIAL_TRANSFER_MODE = (TransferKind.ultraDma << 3) | 5;
