/** Has one machine, as a program of its own. */
import type { Duplex } from 'node:stream';
import { Machine, type MachineLimits, type SnapshotSettings } from 'rawiron';
import { type MachineScreen, screenOf } from '../machines/screens.ts';
import { answerCalls } from './answer-calls.ts';
import { partsOf } from './messages.ts';

/** Tells bytes as fast as they are taken. */
async function tellAll(event: string, fields: object, bytes: Uint8Array): Promise<void> {
  for (const part of partsOf(bytes)) await tell(event, fields, part);
}

/** Gives what a VNC server says, as fast as it is taken. */
async function giveAll(id: number, view: Duplex): Promise<void> {
  try {
    for await (const bytes of view as AsyncIterable<Buffer>) await tellAll('view', { id }, bytes);
  } catch {}
  views.delete(id);
  await tell('viewed', { id });
}

let machine: Machine | undefined;
let screen: MachineScreen | undefined;
const views = new Map<number, Duplex>();

const tell = answerCalls({
  async restore({ name, limits }: { name: string; limits: MachineLimits }, snapshot) {
    const made = await Machine.restore(new Uint8Array(snapshot), { limits, shutdown: 'pause' });
    machine = made;
    screen = screenOf(made, name);
    made.serial.on('data', (bytes) => tellAll('data', {}, bytes.slice()));
    made.on('limit', (limit) => tell('limit', { limit }));
    made.on('off', () => tell('off'));
    made.on('error', ({ message }) => tell('error', { message }));
    made.exited.then(
      ({ reason }) => tell('exited', { reason }),
      () => {},
    );
    return { isOff: made.isOff };
  },
  start: async () => void (await machine!.start()),
  pause: async () => void (await machine!.pause()),
  reset: async () => void (await machine!.reset()),
  stop: async () => void (await machine!.stop()),
  write: async (_, bytes) => void (await machine!.serial.write(bytes)),
  snapshot: (settings: SnapshotSettings) => machine!.snapshot(settings),
  picture: () => screen!.picture(),
  async view({ id }: { id: number }) {
    const view = await screen!.view();
    views.set(id, view);
    void giveAll(id, view);
  },
  toView: ({ id }: { id: number }, bytes) => void views.get(id)?.write(bytes),
  endView: ({ id }: { id: number }) => void views.get(id)?.destroy(),
});
