import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { FleetError, PermanentError } from '../error.ts';
import { framesOf, writeFrame } from './frames.ts';
import { MOST_TEXT, type Order } from './messages.ts';
import { WORDS } from './pipes.ts';

/** A function that can be called: gives fields, or bytes. */
type Called = (fields: never, bytes: Uint8Array) => unknown;
/** Tells an event. Resolves when it has been dealt with. @throws FleetError with the reason why it was not */
export type Tell = (event: string, fields?: object, bytes?: Uint8Array) => Promise<void>;

const NONE: Uint8Array = new Uint8Array(0);

/** In the confined process: answers calls until whoever started it closes the pipe. Gives a function that tells events. */
export function answerCalls(functions: Readonly<Record<string, Called>>): Tell {
  const words = new Socket({ fd: WORDS, readable: false, writable: true });
  words.on('error', () => process.exit());
  const send = (head: object, bytes = NONE) => writeFrame(words, { head, bytes }, () => {});
  const told = new Map<number, PromiseWithResolvers<void>>();
  let next = 0;
  const answer = async (id: number, act: string, fields: object, bytes: Uint8Array) => {
    try {
      const value = await functions[act]!(fields as never, bytes);
      if (value instanceof Uint8Array) send({ reply: id, fields: {} }, value);
      else send({ reply: id, fields: value ?? {} });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      send({ reply: id, error: message.slice(0, MOST_TEXT), isPermanent: error instanceof PermanentError });
    }
  };
  const hear = (order: Order, bytes: Uint8Array) => {
    if ('call' in order) return void answer(order.call, order.act, order.fields, bytes);
    const event = told.get(order.heard);
    told.delete(order.heard);
    if (order.error === undefined) event?.resolve();
    else event?.reject(order.isPermanent ? new PermanentError(order.error) : new FleetError(order.error));
  };
  void hearAll(hear);
  // A thread looks whether whoever started it has ended, as what runs here may never come back.
  new Worker(new URL('watch-parent.ts', import.meta.url)).unref();
  return (event, fields = {}, bytes = NONE) => {
    const id = next++;
    const answered = Promise.withResolvers<void>();
    told.set(id, answered);
    send({ event, id, fields }, bytes);
    return answered.promise;
  };
}

/** Ends the process with the pipe. */
async function hearAll(hear: (order: Order, bytes: Uint8Array) => void): Promise<void> {
  const orders = process.stdin as AsyncIterable<Buffer>;
  for await (const { head, bytes } of framesOf(orders, () => Number.POSITIVE_INFINITY)) hear(head as Order, bytes);
  process.exit();
}
