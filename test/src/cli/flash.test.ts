import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { drivesOf } from '../../../src/cli/drive-flags.ts';
import { bootOf } from '../../../src/cli/run.ts';

const drives = (...args: string[]) => drivesOf(parseArguments(args));
const [first, second] = [
  { image: 'c.fd', interface: 'pflash', format: 'raw', readOnly: true },
  { image: 'v.fd', interface: 'pflash', format: 'raw' },
];

describe('flash chips', () => {
  test('by -drive, with or without their places', () => {
    const flags = ['-drive', 'if=pflash,format=raw,readonly=on,file=c.fd', '-drive', 'if=pflash,format=raw,file=v.fd'];
    expect(drives(...flags)).toEqual([first, second]);
    expect(drives('-drive', 'if=pflash,unit=1,format=raw,file=v.fd')).toEqual([{ ...second, index: 1 }]);
  });

  test('by -pflash', () => {
    expect(drives('-pflash', 'c.fd', '-pflash', 'v.fd')).toEqual([
      { image: 'c.fd', interface: 'pflash' },
      { image: 'v.fd', interface: 'pflash' },
    ]);
  });

  test('by -machine and -blockdev, in whatever order', () => {
    const files = ['driver=file,node-name=c0,filename=c.fd,read-only=on', 'driver=file,node-name=v0,filename=v.fd'];
    const nodes = ['{"driver":"raw","node-name":"c","file":"c0","read-only":true}', 'driver=raw,node-name=v,file=v0'];
    const flags = [...files, ...nodes].flatMap((text) => ['-blockdev', text]);
    expect(drives('-machine', 'pc,pflash0=c,pflash1=v', ...flags)).toEqual(
      [
        { ...first, id: 'c', index: 0, waits: false },
        { ...second, id: 'v', index: 1, waits: false },
      ].map(({ waits: _, ...drive }) => drive),
    );
    expect(() => drives('-machine', 'pflash0=c')).toThrow(
      '-machine pflash0=c: there is no such image; give -blockdev driver=file,node-name=c,filename=FILE',
    );
  });

  test('are what is booted, and what boots a kernel', () => {
    expect(bootOf(parseArguments(['-pflash', 'c.fd', '-cdrom', 'a.iso']))).toEqual({ flash: true });
    expect(bootOf(parseArguments(['-pflash', 'c.fd', '-kernel', 'k']))).toEqual({ kernel: 'k', flash: true });
    expect(bootOf(parseArguments(['-pflash', 'c.fd', '-bios', 'b']))).toEqual({ bios: 'b' });
  });

  test('need an image', () => {
    expect(() => drives('-drive', 'if=pflash')).toThrow('a flash chip needs an image; give file=FILE');
  });
});
