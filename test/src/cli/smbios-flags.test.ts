import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';

const parse = (line: string) => parseArguments(line.split(' ')).machine;

test.each([
  [
    '-smbios type=2,product=P,location=L -smbios type=2,serial=S',
    { board: { product: 'P', location: 'L', serial: 'S' } },
  ],
  ['-smbios type=3,asset=A,sku=K', { chassis: { asset: 'A', sku: 'K' } }],
  [
    '-smbios type=4,sock_pfx=S,part=P,max-speed=3000,current-speed=0x64,processor-id=0x1122334455667788',
    { processor: { socket: 'S', part: 'P', maxSpeed: 3000, currentSpeed: 100, id: [0x55667788, 0x11223344] } },
  ],
  ['-smbios type=11,value=a,value=b -smbios type=11,value=a', { oemStrings: ['a', 'b', 'a'] }],
  ['-smbios type=17,loc_pfx=L,bank=B,speed=1000', { memory: { locator: 'L', bank: 'B', speed: 1000 } }],
])('%s', (line, smbios) => {
  expect(parse(line)).toEqual({ smbios });
});

test('a text may be in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'smbios-'));
  writeFileSync(join(folder, 'text'), 'from a file');
  expect(parse(`-smbios type=11,value=a,path=${folder}/text`)).toEqual({
    smbios: { oemStrings: ['a', 'from a file'] },
  });
  rmSync(folder, { recursive: true });
});

test.each([
  ['-smbios type=9', "-smbios: 'type=9' is not supported: give type=0 (the firmware), 1 (the system), 2 (the board)"],
  ['-smbios type=2,sku=a', "-smbios: 'sku' is not supported in 'type=2,sku=a'"],
  ['-smbios type=4,max-speed=fast', "-smbios: 'fast' is not a whole number; give max-speed=N"],
  ['-smbios type=4,processor-id=x', "-smbios: 'x' is no whole number of 64 bits; give processor-id=N"],
  ['-smbios type=11,path=/no/such', "-smbios: Could not open '/no/such': No such file or directory"],
])('%s is refused', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});
