import { mediaCommands } from '../../../../runtime/ata/disk/commands.ts';
import { cdOperations } from '../../../../runtime/scsi/cdrom/commands.ts';
import { REQUEST_TIME } from '../../../support/memory-block.ts';
import type { randomFrom } from '../../../support/samples.ts';
import { type AhciRig, DATA, Host, Port } from './ahci-rig.ts';

type Random = ReturnType<typeof randomFrom>;

const codes = [
  ...mediaCommands.keys(),
  0x60,
  0x61,
  0x60,
  0x61,
  0xa0,
  0xa0,
  0xec,
  0xa1,
  0xef,
  0x2f,
  0x06,
  0x08,
  0x90,
  0xe7,
];
const packets = cdOperations;
const registers = Object.values(Port);

/** Numbers of a guest gone wild. */
class Wild {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  pick(most: number): number {
    return Math.floor(this.#random() * most);
  }

  oneOf<T>(values: readonly T[]): T {
    return values[this.pick(values.length)]!;
  }

  word(): number {
    return this.oneOf([0, 1, 0xffffffff, this.pick(2 ** 32), 2 ** this.pick(32), DATA]);
  }

  /** Where a region may be: in memory, at its end, and beyond. */
  address(): number {
    return this.oneOf([DATA + this.pick(4096), 0xffff0 + this.pick(32), 0xfffffff0, this.pick(2 ** 32)]);
  }
}

/** Something that a driver, or one gone wild, may do. */
export function wildStep(rig: AhciRig, random: Random): void {
  const wild = new Wild(random);
  const port = wild.pick(3) * 0x80;
  switch (wild.pick(20)) {
    case 0:
      rig.write(wild.oneOf(registers) + port, wild.word());
      break;
    case 1:
      rig.write(wild.oneOf(Object.values(Host)), wild.word());
      break;
    case 2:
      for (const register of registers) rig.read(register + port, wild.oneOf([1, 2, 4]));
      break;
    case 3:
      // A few bytes of a list or a table are others.
      rig.bytes.set([wild.pick(256), wild.pick(256)], 0x1000 + wild.pick(0x8000));
      break;
    case 4:
    case 8:
    case 9:
      recover(rig, wild.pick(3));
      break;
    case 5:
      rig.media.get('cd')!.insert(wild.pick(4) !== 0);
      break;
    case 6:
    case 10:
      rig.advance(wild.pick(30) * REQUEST_TIME);
      break;
    case 7:
      rig.ahci.pciFunction.write(wild.oneOf([4, 0x80, 0x84, 0x88, 0x8c]), 4, wild.oneOf([7, wild.word()]));
      rig.enable(rig.ahci.pciFunction, []);
      break;
    default:
      issueSomething(rig, wild, port);
  }
}

/** Sets a port up anew, whatever is with it. */
function recover(rig: AhciRig, port: number): void {
  const at = port * 0x80;
  for (const register of [Port.clbu, Port.fbu, Port.cmd]) rig.write(register + at, 0);
  for (const value of [1, 0]) rig.write(Port.sctl + at, value);
  rig.start(port);
}

function issueSomething(rig: AhciRig, wild: Wild, port: number): void {
  const slot = wild.pick(32);
  const code = wild.pick(12) === 0 ? wild.pick(256) : port === 0x80 ? 0xa0 : wild.oneOf(codes);
  const regions = Array.from({ length: wild.pick(4) }, () => [wild.address(), wild.pick(5000) + 1] as const);
  const isQueued = code === 0x60 || code === 0x61;
  const packet = [wild.oneOf(packets), ...Array.from({ length: 11 }, () => (wild.pick(8) === 0 ? wild.pick(4) : 0))];
  packet[5] = wild.pick(20);
  packet[8] = wild.pick(4);
  const count = isQueued ? slot << 3 : wild.pick(20);
  rig.prepare(code, {
    slot,
    sector: wild.pick(310),
    count,
    features: wild.oneOf([0, 1, 2, 3, wild.pick(20)]),
    device: wild.oneOf([0x40, 0xc0, 0, wild.pick(256)]),
    regions,
    ...(code === 0xa0 && { packet }),
    ...(wild.pick(6) === 0 && { fis: { [wild.pick(20)]: wild.pick(256) } }),
    ...(wild.pick(6) === 0 && { flags: wild.pick(0x10000) }),
  });
  if (isQueued) rig.write(Port.sact + port, 1 << slot);
  rig.write(Port.ci + port, wild.pick(4) === 0 ? wild.word() : 1 << slot);
}
