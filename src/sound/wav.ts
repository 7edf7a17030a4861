/** How samples are laid out. */
export interface SampleFormat {
  /** Frames a second. */
  readonly rate: number;
  /** Bits of a sample; those of 8 bits are unsigned. */
  readonly bits: 8 | 16;
  /** Samples of a frame. */
  readonly channels: 1 | 2;
}

/** Bytes before the samples. */
export const WAV_HEADER_BYTES = 44;
/** Bytes of samples that a file's sizes of 32 bits can tell. */
export const MOST_WAV_BYTES = 0xffffffff - WAV_HEADER_BYTES;

/**
 * The header of a WAV file with so many bytes of samples (Multimedia Programming Interface and Data Specifications 1.0, "Waveform
 * Audio File Format"; PCM).
 */
export function wavHeader({ rate, bits, channels }: SampleFormat, dataBytes: number): Uint8Array {
  const header = new Uint8Array(WAV_HEADER_BYTES);
  const view = new DataView(header.buffer);
  const name = (at: number, text: string) => header.set(new TextEncoder().encode(text), at);
  const frameBytes = (channels * bits) / 8;
  name(0, 'RIFF');
  view.setUint32(4, WAV_HEADER_BYTES - 8 + dataBytes, true);
  name(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, bits, true);
  name(36, 'data');
  view.setUint32(40, dataBytes, true);
  return header;
}
