import type { EventChannels } from '../event-channels.ts';

/** A back end's end of an event channel. */
export interface FrontChannel {
  /** Sends the front end an event. */
  raise(): void;
  close(): void;
}

/**
 * Connects the channel that a front end has named.
 * @param number as the store has it
 * @returns null where it is none that the guest has left to its back ends
 */
export function frontChannel(
  channels: EventChannels,
  number: string | undefined,
  heard: () => void,
): FrontChannel | null {
  const channel = Number(number ?? Number.NaN);
  if (!Number.isInteger(channel) || !channels.connect(channel, heard)) return null;
  return { raise: () => channels.raise(channel), close: () => channels.disconnect(channel) };
}
