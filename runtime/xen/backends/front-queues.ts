import type { FrontValues } from './bus.ts';

/**
 * Connects the queues that a front end asks for (`multi-queue-num-queues`): all of them, or none.
 * @param most queues that it may have
 * @param connect connects one to its own values; null: that cannot be
 * @returns null where it asks for what it may not have, or one cannot be connected
 */
export function connectQueues<Queue extends { disconnect(): void }>(
  front: FrontValues,
  most: number,
  connect: (values: FrontValues, n: number) => Queue | null,
): readonly Queue[] | null {
  const count = Number(front('multi-queue-num-queues') ?? 1);
  if (!Number.isInteger(count) || count < 1 || count > most) return null;
  const queues = Array.from({ length: count }, (_, n) =>
    // A single queue has its values where front ends without several have them.
    connect((name) => front(count === 1 ? name : `queue-${n}/${name}`), n),
  );
  const there = queues.filter((queue) => queue !== null);
  if (there.length === count) return there;
  for (const queue of there) queue.disconnect();
  return null;
}
