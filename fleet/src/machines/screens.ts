import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { listenForVnc, type Machine } from 'rawiron';
import { FleetError } from '../error.ts';

/** The screen of a machine on a host. */
export interface MachineScreen {
  /** Opens a connection with a VNC server. @throws FleetError if there is no display */
  view(): Promise<Duplex>;
  /** The picture, as PNG. @throws FleetError if there is no display */
  picture(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Gives the screen of a machine in this process; a server for its viewers is there from the first of them on. */
export function screenOf(machine: Machine, name: string): MachineScreen {
  const serverOf = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rawiron-screen-'));
    const path = join(folder, 'vnc');
    const server = await listenForVnc(machine, { path }, { name }).catch(async (error: Error) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    return { path, folder, server };
  };
  let opening: ReturnType<typeof serverOf> | undefined;
  const checkDisplay = () => {
    if (!machine.screen.isThere)
      throw new FleetError(`${name} has no display; make its image of a machine with one (-vga std)`);
  };
  return {
    async view() {
      checkDisplay();
      opening ??= serverOf();
      const { path } = await opening;
      return connect(path);
    },
    async picture() {
      checkDisplay();
      return await machine.screen.png();
    },
    async close() {
      const made = await opening?.catch(() => undefined);
      if (made === undefined) return;
      await made.server.close();
      await rm(made.folder, { recursive: true, force: true });
    },
  };
}
