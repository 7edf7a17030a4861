import type { PortBus } from '../../bus/ports.ts';
import { VBE_PORT } from './registers.ts';
import type { BochsState } from './state.ts';
import type { BochsVbe } from './vbe.ts';

export interface VbePortOptions {
  readonly state: Pick<BochsState, 'vbeIndex'>;
  readonly vbe: BochsVbe;
  /** A register of VBE was written. */
  readonly changed: () => void;
}

/** Claims the ports of Bochs' VBE extension: an index, and data at the two after it. */
export function claimVbePorts(ports: PortBus, { state, vbe, changed }: VbePortOptions): void {
  ports.register({
    name: 'vga vbe',
    first: VBE_PORT,
    count: 3,
    sizes: [2],
    read: (port) => (port === VBE_PORT ? state.vbeIndex : vbe.read(state.vbeIndex)),
    write: (port, _, value) => {
      if (port === VBE_PORT) {
        state.vbeIndex = value;
        return;
      }
      vbe.write(state.vbeIndex, value);
      changed();
    },
  });
}
