import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { randomFrom } from '../../../support/samples.ts';
import { AhciRig, cdrom, DATA, disk, Port } from './ahci-rig.ts';
import { wildStep } from './wild.ts';

const RUNS = 30;
const STEPS = 1000;

test.each(Array.from({ length: RUNS }, (_, seed) => seed))(
  'whatever is done, a reset makes it well again: %i',
  (seed) => {
    const random = randomFrom(seed + 1);
    const rig = new AhciRig(disk(300), cdrom(20, 1)).start();
    for (let n = 0; n < STEPS; n++) {
      wildStep(rig, random);
      if (n % 200 !== 0) continue;
      const saved = structuredClone(saveComponents([rig.ahci.component]));
      loadComponents([rig.ahci.component], saved);
      expect(saveComponents([rig.ahci.component])).toEqual(saved);
    }
    // Some commands got as far as the medium.
    expect(rig.medium.requests).not.toEqual([]);
    rig.ahci.pciFunction.reset();
    rig.ahci.reset();
    rig.enable(rig.ahci.pciFunction, [0, 0, 0, 0, 0xc000, 0xf0000000]);
    rig.start();
    rig.issue(0x25, { sector: 1, count: 2, regions: [[DATA, 1024]] });
    rig.settle();
    expect(rig.data(1024)).toEqual(rig.medium.bytes.slice(512, 1536));
    expect([rig.read(Port.ci), rig.read(Port.tfd)]).toEqual([0, 0x50]);
  },
);
