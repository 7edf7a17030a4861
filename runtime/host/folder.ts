/** A message of the guest's. */
export interface FolderMessage {
  /** By which the host knows it when it is sent again, as it is when a state is loaded that had no reply: it is not done twice. */
  readonly number: number;
  /** Reads its bytes, at once or when the host has answered earlier ones. */
  bytes(): Uint8Array;
  /** Bytes for the reply. */
  readonly room: number;
}

/** A request of a shared folder's device to its host. */
export type FolderQuestion =
  /** A message of the guest's, and room for the reply, bytes. */
  | { readonly type: 'message'; readonly number: number; readonly bytes: Uint8Array; readonly room: number }
  /** The guest's driver has started over: files that it had open are closed. */
  | { readonly type: 'reset' }
  /** A state was loaded: what is asked for from now on is of that. */
  | { readonly type: 'restart' };

/** The reply to a message. */
export type FolderAnswer = Uint8Array;

/** The device's end of a folder that is at the host. */
export interface FolderPort {
  exchange(message: FolderMessage, done: (reply: FolderAnswer) => void): void;
  /** Forgets messages that are under way, and tells the host at once that a state was loaded. */
  restart(): void;
  /** Forgets messages that are under way, and has the host close all. */
  reset(): void;
}
