import { beforeEach, expect, test } from 'vitest';
import { GenerationId } from '../../../runtime/devices/vmgenid/index.ts';
import { GENERATION_ID_BYTES } from '../../../runtime/devices/vmgenid/registers.ts';
import type { MmioRegion } from '../../../runtime/memory/mmio.ts';

const id = Uint8Array.from({ length: GENERATION_ID_BYTES }, (_, n) => 0xa0 + n);
const other = Uint8Array.from({ length: GENERATION_ID_BYTES }, (_, n) => n);
let chip: GenerationId;
let page: MmioRegion;
let notifications: number;

beforeEach(() => {
  notifications = 0;
  const mmio = {
    add: (region: MmioRegion) => {
      page = region;
    },
    remove: () => {},
  };
  chip = new GenerationId({ mmio, id, changed: () => notifications++ });
});

const read = () => Array.from({ length: GENERATION_ID_BYTES }, (_, n) => page.read(n, 1));

test('the guest reads the ID in pieces of any size, and nothing beyond it', () => {
  expect(read()).toEqual([...id]);
  expect([page.read(0, 4) >>> 0, page.read(2, 2), page.read(15, 4), page.read(16, 4)]).toEqual([
    0xa3a2a1a0, 0xa3a2, 0xaf, 0,
  ]);
  expect([page.base % 0x1000, page.length]).toEqual([0, 0x1000]);
});

test('what the guest writes is not kept', () => {
  page.write(0, 4, 0);
  expect(read()).toEqual([...id]);
});

test('another generation has another ID, of which the guest is notified', () => {
  chip.begin(other);
  expect(notifications).toBe(1);
  expect(read()).toEqual([...other]);
});

test('a reset keeps the ID, and a state has it', () => {
  chip.begin(other);
  chip.reset();
  expect(read()).toEqual([...other]);
  const saved = chip.component.save();
  chip.begin(id);
  chip.component.load(saved);
  expect(read()).toEqual([...other]);
  expect(notifications).toBe(2);
});
