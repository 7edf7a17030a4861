import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { NvmeRig } from '../../runtime/devices/nvme/nvme-rig.ts';

export const SECTORS = 4096;
const SLOT = 4;
/** Where the registers are put. */
const BASE = 0xe000_0000;

/** A controller whose driver is the test, with a disk of SECTORS and the serial number "deadbeef". */
export interface Controller {
  config(offset: number, value?: number): Promise<number>;
  register(offset: number, value?: number): Promise<number>;
  read(address: number, length: number): Promise<Uint8Array>;
  write(address: number, bytes: Uint8Array): Promise<void>;
  /** Lets it do what it has to do. */
  pass(): Promise<void>;
  end(): void;
}

export function ourController(): Controller {
  const rig = new NvmeRig({ serial: 'deadbeef' });
  const { pciFunction } = rig.device;
  pciFunction.reset();
  return {
    async config(offset, value) {
      if (value !== undefined) pciFunction.write(offset, 4, value);
      return pciFunction.read(offset, 4);
    },
    register: async (offset, value) => rig.register(offset, value) >>> 0,
    read: async (address, length) => rig.bytes.slice(address, address + length),
    write: async (address, bytes) => rig.bytes.set(bytes, address),
    pass: async () => rig.advance(1_000_000),
    end: () => {},
  };
}

/** That of qemu-system-i386, whose processor stands still. */
export function qemuController(): Controller {
  const folder = mkdtempSync(join(tmpdir(), 'nvme-'));
  const image = join(folder, 'disk');
  writeFileSync(image, new Uint8Array(SECTORS * 512));
  const flags = ['-S', '-accel', 'tcg', '-qtest', 'stdio', '-qtest-log', '/dev/null', '-machine', 'pc', '-m', '4'];
  const disk = ['-drive', `id=nvm,file=${image},if=none,format=raw`];
  const device = ['-device', `nvme,serial=deadbeef,drive=nvm,addr=${SLOT}`];
  const qemu = spawn('qemu-system-i386', [...flags, '-nodefaults', '-display', 'none', ...disk, ...device], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: qemu.stdout })[Symbol.asyncIterator]();
  const ask = async (line: string): Promise<string> => {
    qemu.stdin.write(`${line}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${line}: QEMU has ended`);
      if (value.startsWith('OK')) return value.slice(3);
      if (/^(FAIL|ERR)/.test(value)) throw new Error(`${line}: ${value}`);
    }
  };
  const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
  return {
    async config(offset, value) {
      await ask(`outl 0xcf8 ${hex(0x80000000 + (SLOT << 11) + offset)}`);
      if (value !== undefined) await ask(`outl 0xcfc ${hex(value)}`);
      return Number(await ask('inl 0xcfc'));
    },
    async register(offset, value) {
      if (value === undefined) return Number(await ask(`readl ${hex(BASE + offset)}`));
      await ask(`writel ${hex(BASE + offset)} ${hex(value)}`);
      return 0;
    },
    read: async (address, length) =>
      Uint8Array.from(Buffer.from((await ask(`read ${hex(address)} ${hex(length)}`)).slice(2), 'hex')),
    write: async (address, bytes) =>
      void (await ask(`write ${hex(address)} ${hex(bytes.length)} 0x${Buffer.from(bytes).toString('hex')}`)),
    pass: () => new Promise((resolve) => setTimeout(resolve, 2)),
    end: () => {
      qemu.kill();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Gives the registers their place, as firmware does. */
export async function place(controller: Controller): Promise<void> {
  await controller.config(0x10, BASE);
  await controller.config(0x14, 0);
  await controller.config(0x04, 7);
}
