import { describe, expect, test } from 'vitest';
import { EAX, EBX, ECX, EDX, ESI, MAGIC, vmPortRig } from './vmport-rig.ts';

const called = (call: number, magic = MAGIC, size: 1 | 2 | 4 = 4) => vmPortRig().called({ call, magic, size });

describe('calls', () => {
  test('the version and the memory', () => {
    const version = called(0x12340a);
    expect([version.value, version.registers[EBX], version.registers[ECX]]).toEqual([6, MAGIC, 2]);
    const memory = called(20);
    expect([memory.value, memory.registers[EBX]]).toEqual([128 << 20, 0x1177]);
  });

  test('the time, with seconds beyond 32 bits', () => {
    const short = called(23).registers;
    expect([short[EAX], short[EBX], short[ECX]]).toEqual([5_000_000_000 % 2 ** 32, 123_000, 1_000_000]);
    const whole = called(46).registers;
    expect([whole[EAX], whole[ESI], whole[EDX]]).toEqual([MAGIC, 1, 5_000_000_000 % 2 ** 32]);
  });

  test('the UUID', () => {
    const { registers } = called(19);
    expect([EAX, EBX, ECX, EDX].map((n) => registers[n])).toEqual([0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c]);
  });

  test('no frequencies of clocks are known', () => {
    const { value, registers } = called(45);
    expect([value, registers[EBX]]).toEqual([MAGIC, 0xffffffff]);
  });

  test.each([
    ['that is none', 0x60, MAGIC],
    ['without the number in front', 10, 0],
  ])('one %s is answered with ones', (_name, call, magic) => {
    expect(called(call, magic)).toMatchObject({ value: 0xffffffff });
  });

  test('a read of a byte changes all of EAX', () => {
    expect(called(20, MAGIC, 1)).toMatchObject({ value: 0, registers: expect.arrayContaining([128 << 20]) });
  });
});
