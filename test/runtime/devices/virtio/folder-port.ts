import type { FolderMessage, FolderPort } from '../../../../runtime/host/folder.ts';

interface Exchange {
  readonly message: Uint8Array;
  readonly room: number;
  readonly number: number;
  readonly done: (reply: Uint8Array) => void;
}

/** A folder's port whose host is the test: it answers when it is told to. */
export class TestFolderPort implements FolderPort {
  readonly waiting: Exchange[] = [];
  resets = 0;
  /** Called when there is a message. */
  onMessage: () => void = () => {};

  exchange({ number, bytes, room }: FolderMessage, done: (reply: Uint8Array) => void): void {
    this.waiting.push({ message: bytes(), room, number, done });
    this.onMessage();
  }

  restart(): void {
    this.waiting.length = 0;
  }

  reset(): void {
    this.waiting.length = 0;
    this.resets++;
  }

  /** Answers all that wait. */
  answer(reply: (message: Uint8Array, room: number) => Uint8Array): void {
    for (const { message, room, done } of this.waiting.splice(0)) done(reply(message, room));
  }
}
