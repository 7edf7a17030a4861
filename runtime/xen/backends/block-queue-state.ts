import { bytes, type Component, describe, flag, list, type Saved, type StateOf } from '../../snapshot/describe.ts';
import { REQUEST_BYTES } from './block-requests.ts';
import { ringEntries, ringState } from './ring.ts';

/** Pages of a ring, at most, as a power of 2, and requests in them. */
export const MOST_RING_ORDER = 2;
const MOST_UNDER_WAY = ringEntries(2 ** MOST_RING_ORDER, REQUEST_BYTES);

const queueState = describe({
  ring: ringState,
  /** Requests that have no answer yet. Their places in the ring may have others' answers. */
  underWay: list(MOST_UNDER_WAY, describe({ isUsed: flag, request: bytes(REQUEST_BYTES) })),
});
export type BlockQueueState = StateOf<typeof queueState>;

export const makeQueues = (count: number): BlockQueueState[] =>
  Array.from({ length: count }, () => queueState.create());

/** A queue of which nobody has asked anything. */
export function clearQueue({ ring, underWay }: BlockQueueState): void {
  Object.assign(ring, ringState.create());
  for (const one of underWay) one.isUsed = false;
}

const isUsed = ({ ring, underWay }: BlockQueueState): boolean =>
  ring.taken !== 0 || ring.given !== 0 || underWay.some((one) => one.isUsed);

/** The state of a disk's queues: the first one, and others as far as they are used, so that states from before there were any fit. */
export function queuesComponent(name: string, queues: readonly BlockQueueState[]): Component {
  const load = (into: readonly BlockQueueState[], saved: Saved): void => {
    const parts = partsOf(name, saved);
    if (parts.length > into.length) throw new Error(`${name}.further: more than ${into.length - 1} queues`);
    for (const [n, queue] of into.entries()) {
      if (n < parts.length) queueState.load(queue, parts[n]!, n === 0 ? name : `${name}.further.${n - 1}`);
      else clearQueue(queue);
    }
  };
  const loaded = (saved: Saved): BlockQueueState[] => {
    const into = makeQueues(queues.length);
    load(into, saved);
    return into;
  };
  return {
    name,
    save: () => {
      const [first, ...further] = queues.map((queue) => queueState.save(queue));
      const used = queues.findLastIndex(isUsed);
      return { ...(first as object), ...(used > 0 && { further: further.slice(0, used) }) };
    },
    check: (saved) => void loaded(saved),
    load: (saved) => load(queues, saved),
    restored: () => {},
    compare: (saved) => {
      const others = loaded(saved);
      return queues.flatMap((queue, n) => queueState.compare(queue, others[n]!, n === 0 ? '' : `further.${n - 1}`));
    },
    show: () => queues.flatMap((queue, n) => queueState.show(queue, n === 0 ? name : `${name}.further.${n - 1}`)),
  };
}

/** The saved states of queues, the first one first. */
function partsOf(name: string, saved: Saved): readonly Saved[] {
  if (typeof saved !== 'object' || Array.isArray(saved) || saved instanceof Uint8Array)
    throw new Error(`${name}: expected an object`);
  const { further = [], ...first } = saved as Readonly<Record<string, Saved>>;
  if (!Array.isArray(further)) throw new Error(`${name}.further: expected a list`);
  return [first, ...further];
}
