import type { MessageEnd } from '../isolate/protocol.ts';

/** A worker's own end of the way to whoever has started it. */
interface WorkerScope {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
}

const scope = self as unknown as WorkerScope;

/** Resolves with the first message that this worker is sent, which it is started with. */
export function startMessage<Options>(): Promise<Options> {
  return new Promise((resolve) => {
    scope.onmessage = ({ data }) => resolve(data as Options);
  });
}

/** This worker's end of the connection. What comes before somebody listens waits until then. */
export function ownEnd<Sent, Received>(): MessageEnd<Sent, Received> {
  const early: unknown[] = [];
  scope.onmessage = ({ data }) => early.push(data);
  return {
    postMessage: (message) => scope.postMessage(message),
    set onmessage(listener: MessageEnd<Sent, Received>['onmessage']) {
      scope.onmessage = listener as WorkerScope['onmessage'];
      queueMicrotask(() => {
        for (const data of early.splice(0)) scope.onmessage?.({ data });
      });
    },
    close() {
      scope.onmessage = null;
    },
  };
}

/** A browser's ports are those of the protocol, except for the types of their messages. */
export function messageEnd<Sent, Received>(port: MessagePort): MessageEnd<Sent, Received> {
  return port as unknown as MessageEnd<Sent, Received>;
}

/** The end of the connection to a worker, on the side that has started it. */
export function workerEnd<Sent, Received>(worker: Worker): MessageEnd<Sent, Received> {
  return {
    postMessage: (message) => worker.postMessage(message),
    set onmessage(listener: MessageEnd<Sent, Received>['onmessage']) {
      worker.onmessage = listener;
    },
    close() {
      worker.onmessage = null;
    },
  };
}
