import { once } from 'node:events';
import { connect } from 'node:net';
import { listenForVnc, type Machine } from '../../src/index.ts';
import { ByteReader } from '../../src/vnc/byte-reader.ts';

/** RFC 6143: version 3.8, no security, a shared desktop. */
const GREETING = 'RFB 003.008\n\x01\x01';
/** Bytes of the server's greeting before the desktop's name. */
const GREETING_BYTES = 12 + 2 + 4 + 24;
/** SetEncodings: ZRLE. */
const ZRLE = [2, 0, 0, 1, 0, 0, 0, 16] as const;
const HEADER_BYTES = 12;

/** A VNC viewer that asks for all that changes, and looks at nothing. */
export async function watchBlindly(machine: Machine): Promise<{ readonly updates: number; stop(): Promise<void> }> {
  const server = await listenForVnc(machine, { host: '127.0.0.1', port: 0 });
  const socket = connect(server.address as { host: string; port: number });
  await once(socket, 'connect');
  const reader = new ByteReader();
  socket.on('data', async (bytes: Buffer) => {
    socket.pause();
    await reader.push(bytes);
    socket.resume();
  });
  socket.on('close', () => reader.end());
  socket.write(GREETING, 'latin1');
  const viewer = {
    updates: 0,
    stop: async () => {
      socket.destroy();
      await server.close();
    },
  };
  const start = await reader.take(GREETING_BYTES);
  await reader.skip(start.getUint32(GREETING_BYTES - 4));
  socket.write(Uint8Array.from(ZRLE));
  const watching = watch(
    reader,
    (bytes) => socket.write(bytes),
    () => viewer.updates++,
  );
  watching.catch(() => {});
  return viewer;
}

async function watch(reader: ByteReader, write: (bytes: Uint8Array) => void, updated: () => void): Promise<never> {
  for (let isIncremental = 0; ; isIncremental = 1) {
    // All of the screen, however large.
    write(Uint8Array.of(3, isIncremental, 0, 0, 0, 0, 255, 255, 255, 255));
    const rectangles = (await reader.take(4)).getUint16(2);
    for (let n = 0; n < rectangles; n++) {
      await reader.skip(HEADER_BYTES);
      await reader.skip((await reader.take(4)).getUint32(0));
    }
    updated();
  }
}
