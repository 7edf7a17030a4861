import type { RingBuffer } from '../util/ring-buffer.ts';

/** A character device, as `query-chardev` of QMP tells of it. */
export interface CharacterDeviceInfo {
  /** Such as serial0. */
  readonly label: string;
  /** Description of the backend that it is connected to. */
  readonly filename: string;
  /** A device of the machine uses it. */
  readonly 'frontend-open': boolean;
}

/** Character devices as monitors see them. */
export interface CharacterDevices {
  /** All of them, as they are now. */
  list(): readonly CharacterDeviceInfo[];
  /** The ring buffer with this label; undefined: it is something else. */
  ringBuffer(label: string): RingBuffer | undefined;
  /** Names of all kinds that there can be. */
  readonly kinds: readonly string[];
}

/**
 * The ring buffer with this label.
 * @throws Error in QEMU's words
 */
export function ringBufferOf(devices: CharacterDevices | undefined, label: string): RingBuffer {
  const buffer = devices?.ringBuffer(label);
  if (buffer) return buffer;
  const isThere = devices?.list().some((device) => device.label === label);
  throw new Error(isThere ? `${label} is not a ringbuf device` : `Device '${label}' not found`);
}
