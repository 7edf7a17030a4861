import { describe, expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { EAX, EBX, ECX, EDI, EDX, ESI, MAGIC, vmPortRig } from './vmport-rig.ts';

type Rig = ReturnType<typeof vmPortRig>;

const [DISABLE, READ_ID, RELATIVE, ABSOLUTE] = [0xf5, 0x45414552, 0x4c455252, 0x53424152];
const IDENTIFICATION = 0x3442554a;
const OFF = 0xffff0000;

const command = (rig: Rig, argument: number) => rig.called({ call: 41, argument });
const status = (rig: Rig) => rig.called({ call: 40 }).value;
/** So many words, from the registers they come in. */
const read = (rig: Rig, argument: number) => {
  const { registers } = rig.called({ call: 39, argument });
  return [EAX, EBX, ECX, EDX, ESI, EDI].slice(0, argument).map((n) => registers[n]);
};
const event = (x: number, y: number, wheel = 0, buttons = 0) => {
  const bytes = new Uint8Array(6);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, x, true);
  view.setInt16(2, y, true);
  view.setInt8(4, wheel);
  view.setUint8(5, buttons);
  return bytes;
};
const told = (rig: Rig) => rig.line.sent;

/** A mouse whose driver has begun to use it. */
function used(mode: number): Rig {
  const rig = vmPortRig();
  command(rig, READ_ID);
  read(rig, 1);
  command(rig, mode);
  return rig;
}

describe('the driver', () => {
  test('finds the mouse off, turns it on and reads what it is', () => {
    const rig = vmPortRig();
    expect(status(rig)).toBe(OFF);
    expect(command(rig, READ_ID).value).toBe(MAGIC);
    expect(status(rig)).toBe(1);
    expect(read(rig, 1)).toEqual([IDENTIFICATION]);
    expect(told(rig)).toEqual([2]);
    command(rig, ABSOLUTE);
    command(rig, ABSOLUTE);
    expect(told(rig)).toEqual([2, 1]);
    command(rig, DISABLE);
    expect(status(rig)).toBe(OFF);
    expect(told(rig)).toEqual([2, 1, 0]);
  });

  test('cannot choose a mode while the mouse is off', () => {
    const rig = vmPortRig();
    command(rig, ABSOLUTE);
    expect([status(rig), told(rig)]).toEqual([OFF, []]);
  });

  test('reads places, and what it did not read is gone when it begins again', () => {
    const rig = used(ABSOLUTE);
    rig.line.onInput(event(0, 32767, 0, 5));
    rig.line.onInput(event(256, 1, -1, 2));
    expect([rig.notified, status(rig)]).toEqual([2, 8]);
    expect(read(rig, 4)).toEqual([0x28, 0, 65534, 0]);
    command(rig, DISABLE);
    command(rig, READ_ID);
    expect(read(rig, 1)).toEqual([IDENTIFICATION]);
  });

  test('reads movements', () => {
    const rig = used(RELATIVE);
    rig.line.onInput(event(-2, 3, 1, 0));
    expect(read(rig, 6)).toEqual([MAGIC, 6, 39, 0, 0, 0]);
    expect(status(rig)).toBe(OFF);
    const other = used(RELATIVE);
    other.line.onInput(event(-2, 3, 1, 8));
    expect(read(other, 4)).toEqual([0x10000, 0xfffffffe, 3, 1]);
  });

  test.each([0, 7, 5, 0xffffffff])('gets nothing and loses the mouse when it asks for %i words of four', (count) => {
    const rig = used(ABSOLUTE);
    rig.line.onInput(event(1, 1));
    expect(rig.called({ call: 39, argument: count })).toMatchObject({ value: MAGIC });
    expect(status(rig)).toBe(OFF);
  });
});

describe('the host', () => {
  test('waits while the driver reads nothing, and loses no event', () => {
    const rig = used(ABSOLUTE);
    for (let n = 0; n < 258; n++) rig.line.onInput(event(n, 0));
    expect([status(rig), rig.line.takenBytes]).toEqual([1024, 256 * 6]);
    const places = Array.from({ length: 258 }, () => read(rig, 4)[1]! / 2);
    expect(places).toEqual(Array.from({ length: 258 }, (_, n) => n));
    expect([status(rig), rig.line.takenBytes]).toEqual([0, 258 * 6]);
  });

  test('is heard by nobody while the mouse is off', () => {
    const rig = vmPortRig();
    rig.line.onInput(event(1, 1));
    expect([rig.notified, rig.line.takenBytes, status(rig)]).toEqual([0, 6, OFF]);
  });

  test('is told of the mode when a state is loaded, and after a reset', () => {
    const rig = used(ABSOLUTE);
    rig.line.onInput(event(5, 6));
    const saved = saveComponents([rig.mouse.component]);
    const other = vmPortRig();
    loadComponents([other.mouse.component], saved);
    expect([told(other), read(other, 4)]).toEqual([[1], [0, 10, 12, 0]]);
    other.mouse.reset();
    expect([told(other), status(other)]).toEqual([[1, 0], OFF]);
  });
});
