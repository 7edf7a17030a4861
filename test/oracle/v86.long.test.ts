import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { V86 as RealV86 } from 'v86';
import { beforeAll, describe, expect, test } from 'vitest';
import { debianBios } from '../../bench/debian.ts';
import { V86, type V86Options } from '../../src/node/v86.ts';
import { bootableIso } from '../support/iso-image.ts';
import { TIMEOUT } from '../support/linux-9p.ts';
import { findLinuxWithDrivers, linuxScript } from '../support/v86/linux.ts';
import { type EmulatorClass, run, scripts } from '../support/v86/scripts.ts';

const linux = await findLinuxWithDrivers();
const noLinux = typeof linux === 'string' ? ` (${linux})` : '';

const wasm = join(dirname(createRequire(import.meta.url).resolve('v86/package.json')), 'build/v86.wasm');
const image = (bytes: Uint8Array) => ({ buffer: new Uint8Array(bytes).buffer });

describe('v86 and the class that has its place', () => {
  let bios: V86Options;
  beforeAll(async () => {
    const images = await debianBios(() => {});
    bios = { bios: image(images['bios.bin']!), vga_bios: image(images['vgabios.bin']!) };
  });

  test.each(Object.entries(scripts))('%s, in both', async (_, script) => {
    const real = await run(RealV86 as unknown as EmulatorClass, { ...bios, wasm_path: wasm }, script);
    expect(await run(V86 as EmulatorClass, bios, script)).toEqual(real);
    expect(await run(V86 as EmulatorClass, {}, script)).toEqual(real);
  });

  test.skipIf(noLinux !== '')(
    `Linux shares files, and has the same devices, in both${noLinux}`,
    { timeout: TIMEOUT },
    async () => {
      if (typeof linux === 'string') return;
      const disc = bootableIso(new Uint8Array(2048).fill(0x90));
      const real = await linuxScript(RealV86 as unknown as EmulatorClass, { ...bios, wasm_path: wasm }, linux, disc);
      expect(await linuxScript(V86 as EmulatorClass, {}, linux, disc)).toEqual(real);
    },
  );
});
