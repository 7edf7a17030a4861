import { JsonReader } from '../../../src/qmp/json/reader.ts';
import { FOLDER, requests } from './requests.ts';

/** A message, as it is recorded: with nothing in it that is different each time. */
export type Message = { readonly [name: string]: unknown };

/** The messages after a request: events, and then the answer. */
export interface Exchange {
  readonly request: unknown;
  readonly messages: readonly Message[];
}

/** Somebody who speaks QMP. */
export interface Peer {
  write(text: string): void;
  /** Calls the listener with all that is sent. */
  listen(listener: (text: string) => void): void;
}

/** Has a conversation: the greeting, and all requests one after the other. */
export async function converse(peer: Peer, folder: string): Promise<Exchange[]> {
  const queue: Message[] = [];
  let wake: () => void = () => {};
  const reader = new JsonReader();
  peer.listen((text) => {
    for (const read of reader.read(Buffer.from(text.replaceAll(folder, FOLDER))))
      queue.push((read as { value: Message }).value);
    wake();
  });
  const next = async (): Promise<Message> => {
    while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return queue.shift()!;
  };
  const exchanges: Exchange[] = [{ request: null, messages: [await next()] }];
  for (const request of requests) {
    peer.write(`${JSON.stringify(request).replaceAll(FOLDER, folder)}\n`);
    const messages = [await next()];
    while ('event' in messages.at(-1)!) messages.push(await next());
    exchanges.push({ request, messages });
  }
  return exchanges;
}
