/**
 * Runs a ROM image that one does not trust, for a second at most: `node time-limit.ts [FILE]`. It sees no file and no
 * network of the host, it has the memory that it is given, and it runs in a worker, which can always be ended.
 */
import { Machine } from 'rawiron';

const LIMIT = 1000;

/** 64 KB at the top of memory. The processor starts 16 bytes before the end, in real mode; this one loops for ever. */
const endless = new Uint8Array(0x10000);
endless.set([0xeb, 0xfe], 0xfff0);

const machine = await Machine.create({
  memory: 16,
  boot: { bios: process.argv[2] ?? endless },
  debugExit: { iobase: 0xf4, iosize: 4 },
});
try {
  machine.serial.on('data', (bytes) => process.stdout.write(bytes));
  await machine.start();
  const exit = await Promise.race([machine.exited, timeLimit()]);
  console.log(exit ? `ended by itself: ${exit.reason}, code ${exit.code}` : `still running after ${LIMIT} ms: stopped`);
} finally {
  await machine.stop();
}

function timeLimit(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), LIMIT));
}
