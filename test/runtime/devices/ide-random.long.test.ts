import { expect, test } from 'vitest';
import { mediaCommands } from '../../../runtime/ata/disk/commands.ts';
import { cdOperations } from '../../../runtime/scsi/cdrom/commands.ts';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { REQUEST_TIME } from '../../support/memory-block.ts';
import { randomFrom } from '../../support/samples.ts';
import { type DriveOfRig, disk, IdeRig, pattern } from './ide-rig.ts';

const RUNS = 30;
const STEPS = 400;

const drives = (): DriveOfRig[] => [
  disk(300),
  { name: 'cd', index: 1, media: 'cdrom', bytes: pattern(100 * 2048) },
  { name: 'cd2', index: 2, media: 'cdrom', bytes: pattern(50 * 2048) },
];

const codes = [
  ...mediaCommands.keys(),
  0xec,
  0xa1,
  0xa0,
  0xa0,
  0xa0,
  0xef,
  0xc6,
  0x91,
  0xb0,
  0x06,
  0x08,
  0x90,
  0xe7,
  0xf8,
];
const packets = cdOperations;

type Random = ReturnType<typeof randomFrom>;

/** Something that a driver, or one gone wild, may do. */
function step(rig: IdeRig, random: Random): void {
  const pick = (most: number): number => Math.floor(random() * most);
  const byte = (): number => (pick(3) === 0 ? pick(256) : pick(4));
  switch (pick(12)) {
    case 0:
      rig.command = pick(4) === 0 ? 0x170 : 0x1f0;
      break;
    case 1:
      rig.put(7, pick(4) === 0 ? pick(256) : codes[pick(codes.length)]!);
      break;
    case 2:
      rig.put(6, 0xa0 | (pick(2) << 6) | (pick(2) << 4));
      break;
    case 3:
      rig.out8(rig.control, pick(8) === 0 ? pick(256) : 0);
      break;
    case 4:
      rig.writeBytes([packets[pick(packets.length)]!, ...Array.from({ length: 11 }, byte)]);
      break;
    case 5:
      for (let n = pick(1500); n > 0; n--) rig.ports.read(rig.command, pick(2) === 0 ? 2 : 4);
      break;
    case 6:
      rig.ports.writeBlock(rig.command, 2, new Uint8Array(pick(2000)));
      rig.ports.readBlock(rig.command, 4, new Uint8Array(pick(2000)));
      break;
    case 7:
      rig.startBusMaster(
        [
          [0x10000 + pick(5000), pick(4000)],
          [0x20000, pick(3000)],
        ],
        pick(2) === 0,
      );
      break;
    case 8:
      rig.out8(rig.busMaster + pick(8), pick(256));
      break;
    case 9:
      rig.media.get('cd')!.insert(pick(2) === 0);
      break;
    case 10:
      rig.advance(pick(30) * REQUEST_TIME);
      break;
    default:
      rig.put(1 + pick(5), byte());
  }
}

test.each(Array.from({ length: RUNS }, (_, seed) => seed))(
  'whatever is done, a reset makes it well again: %i',
  (seed) => {
    const random = randomFrom(seed + 1);
    const rig = new IdeRig(...drives());
    for (let n = 0; n < STEPS; n++) {
      step(rig, random);
      if (n % 100 !== 0) continue;
      const saved = structuredClone(saveComponents([rig.ide.component]));
      loadComponents([rig.ide.component], saved);
      expect(saveComponents([rig.ide.component])).toEqual(saved);
    }
    rig.ide.reset();
    rig.command = 0x1f0;
    rig.issue(0x20, { count: 2, sector: 1 });
    expect(rig.readAll()).toEqual(rig.medium.bytes.subarray(512, 1536));
  },
);
