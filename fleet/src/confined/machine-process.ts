/** Has one machine, as a program of its own. */
import type { Duplex } from 'node:stream';
import { Machine, type MachineLimits, type SnapshotSettings } from 'rawiron';
import { type MachineScreen, screenOf } from '../machines/screens.ts';
import { answerCalls } from './calls.ts';

/** Gives what a VNC server says, as fast as it is taken. */
async function giveAll(id: number, view: Duplex): Promise<void> {
  try {
    for await (const bytes of view as AsyncIterable<Buffer>) await tell('view', id, bytes);
  } catch {}
  views.delete(id);
  await tell('viewed', id);
}

let machine: Machine | undefined;
let screen: MachineScreen | undefined;
const views = new Map<number, Duplex>();

const tell = answerCalls({
  async restore(snapshot: Uint8Array, name: string, limits: MachineLimits) {
    const made = await Machine.restore(new Uint8Array(snapshot), { limits, shutdown: 'pause' });
    machine = made;
    screen = screenOf(made, name);
    made.serial.on('data', (bytes) => tell('data', bytes.slice()));
    made.on('limit', (limit) => tell('limit', limit));
    made.on('off', () => tell('off'));
    made.on('error', ({ message }) => tell('error', message));
    made.exited.then(
      ({ reason }) => tell('exited', reason),
      () => {},
    );
    return made.isOff;
  },
  start: () => machine!.start(),
  pause: () => machine!.pause(),
  reset: () => machine!.reset(),
  stop: () => machine!.stop(),
  write: (bytes: Uint8Array) => machine!.serial.write(bytes),
  snapshot: (settings: SnapshotSettings) => machine!.snapshot(settings),
  picture: () => screen!.picture(),
  async view(id: number) {
    const view = await screen!.view();
    views.set(id, view);
    void giveAll(id, view);
  },
  toView: (id: number, bytes: Uint8Array) => void views.get(id)?.write(bytes),
  endView: (id: number) => void views.get(id)?.destroy(),
});
