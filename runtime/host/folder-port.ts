import type { HostDoor } from './door.ts';

/** What a shared folder's device asks its host for. */
export type FolderQuestion =
  /** A message of the guest's, and room for the reply, bytes. */
  | { readonly type: 'message'; readonly bytes: Uint8Array; readonly room: number }
  /** The guest's driver has begun anew: what it had open is closed. */
  | { readonly type: 'reset' };

/** The reply to a message. */
export type FolderAnswer = Uint8Array;

/** The device's end of a folder that is at the host. */
export interface FolderPort {
  /** `message` reads the bytes, at once or when the host has answered earlier ones. */
  exchange(message: () => Uint8Array, room: number, done: (reply: FolderAnswer) => void): void;
  /** Forgets messages that are under way, and has the host close all. */
  reset(): void;
}

/** Messages at the host without an answer: each takes up to 512 KB there. */
const MOST_UNANSWERED = 8;

/** The port of a folder at the host. `name` is that of the port. */
export function hostFolderPort(door: HostDoor, name: string): FolderPort {
  const requests = door.requestPort<FolderQuestion, FolderAnswer>(name, MOST_UNANSWERED);
  return {
    exchange: (message, room, done) => requests.request(() => ({ type: 'message', bytes: message(), room }), done),
    reset() {
      requests.cancel();
      requests.tell('reset', { type: 'reset' });
    },
  };
}
