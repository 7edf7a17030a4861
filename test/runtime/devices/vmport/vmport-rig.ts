import { PortBus } from '../../../../runtime/bus/ports.ts';
import { connectVmPort } from '../../../../runtime/devices/vmport/index.ts';
import { VmMouse } from '../../../../runtime/devices/vmport/mouse.ts';
import { recordedStream } from '../rig.ts';

export const [PORT, MAGIC] = [0x5658, 0x564d5868];
export const [EAX, ECX, EDX, EBX, ESI, EDI] = [0, 1, 2, 3, 6, 7] as const;

export interface VmCall {
  readonly call: number;
  readonly argument?: number;
  readonly magic?: number;
  readonly size?: 1 | 2 | 4;
}

/** VMware's backdoor, and what its mouse tells the host and the keyboard controller. */
export function vmPortRig() {
  const ports = new PortBus();
  const registers = new Uint32Array(8);
  const line = recordedStream();
  const rig = { line, notified: 0, mouse: undefined as unknown as VmMouse };
  rig.mouse = new VmMouse({ line, notify: () => rig.notified++ });
  connectVmPort({
    ports,
    registers: {
      get: (n) => registers[n]!,
      set: (n, value) => {
        registers[n] = value;
      },
    },
    memoryBytes: 128 << 20,
    uuid: Array.from({ length: 16 }, (_, n) => n),
    timeOfDay: () => 5_000_000_000_123,
    mouse: rig.mouse,
  });
  /** The registers after a read of the port, and what was read. */
  const called = ({ call, argument = 0, magic = MAGIC, size = 4 }: VmCall) => {
    registers.set([magic, call, 0, argument, 0, 0, 0, 0]);
    return { value: ports.read(PORT, size), registers: [...registers] };
  };
  return Object.assign(rig, { called });
}
