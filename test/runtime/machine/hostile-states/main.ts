/**
 * `npm run hostile-states -- [COUNT] [SEED]`: loads COUNT changed states into machines with every device, and lets each run for
 * 10 ms of guest time. Prints which changes hang or crash the machine; the exit code is 1 if there was one.
 */
import { Worker } from 'node:worker_threads';
import type { Order } from './thread.ts';
import type { Change, Outcome } from './try.ts';

/** Milliseconds after which a state is said to hang; what the time of a guest may take at most. */
const HANG = 20_000;
const SLOW = 1000;
/** States that one thread tries: the next one begins with a machine of its own. */
const BATCH = 5000;

const [count = '20000', seed = '1'] = process.argv.slice(2);
const total = { refused: 0, ran: 0, failed: 0 };
const seen = new Set<string>();

function report(what: string, changes: readonly Change[], error = ''): void {
  process.exitCode = 1;
  const line = error.split('\n').slice(0, 4).join('\n    ');
  if (seen.has(line) && line !== '') return;
  seen.add(line);
  console.log(`${what}: ${changes.map(({ path, value }) => `${path} = ${value}`).join('; ')}\n    ${line}`);
}

/** Runs a batch; how many of it were tried. */
function batch(order: Order): Promise<number> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: order });
  const length = new Int32Array(order.note, 0, 1);
  let tried = 0;
  return new Promise((resolve) => {
    const end = () => void worker.terminate().then(() => resolve(tried));
    const hung = () => {
      const bytes = new Uint8Array(order.note, 4, Atomics.load(length, 0)).slice();
      report('hangs', JSON.parse(new TextDecoder().decode(bytes)) as Change[]);
      tried++;
      end();
    };
    let timer: NodeJS.Timeout | undefined;
    worker.on('error', (error: Error) => {
      report('ends the thread', [], error.stack);
      tried++;
      clearTimeout(timer);
      end();
    });
    worker.on('message', (message: Outcome | 'ready' | 'done') => {
      clearTimeout(timer);
      if (message === 'done') return end();
      timer = setTimeout(hung, HANG);
      if (message === 'ready') return;
      tried++;
      total[message.result]++;
      if (message.result === 'failed') report('fails', message.changes, message.error);
      if (message.took > SLOW) report(`takes ${message.took.toFixed()} ms`, message.changes);
    });
  });
}

const note = new SharedArrayBuffer(1 << 20);
for (let n = 0; n < Number(count); ) {
  const order = { seed: Number(seed) + n, count: Math.min(BATCH, Number(count) - n), note };
  n += await batch({ ...order, vga: n % 2 === 0 ? 'std' : 'cirrus' });
}
console.log(`${total.ran} ran, ${total.refused} refused, ${total.failed} failed`);
