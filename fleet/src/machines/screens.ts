import { type Duplex, duplexPair } from 'node:stream';
import { type Machine, serveVncViewer } from 'rawiron';
import { FleetError } from '../error.ts';

/** The screen of a machine on a host. */
export interface MachineScreen {
  /** Opens a connection with a VNC server. @throws FleetError if there is no display */
  view(): Promise<Duplex>;
  /** The picture, as PNG. @throws FleetError if there is no display */
  picture(): Promise<Uint8Array>;
}

/** Gives the screen of a machine in this process. */
export function screenOf(machine: Machine, name: string): MachineScreen {
  const checkDisplay = () => {
    if (!machine.screen.isThere)
      throw new FleetError(`${name} has no display; make its image of a machine with one (-vga std)`);
  };
  return {
    async view() {
      checkDisplay();
      const [here, there] = duplexPair();
      serveVncViewer(machine, there, { name });
      return here;
    },
    async picture() {
      checkDisplay();
      return await machine.screen.png();
    },
  };
}
