import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { buildBios } from '../../../runtime/firmware/bios/index.ts';
import { type DriveOptions, Machine, type MachineOptions } from '../../../src/index.ts';

export const bios = buildBios();
const DEBUG_CONSOLE = 0x402;
const EXIT = 0xf4;
const SECTOR = 512;

/**
 * A boot sector that runs this text at 0:7C00. `put` writes the text at SI to the debug console, `hex` AX, `leave` ends the
 * machine. DL is the drive.
 */
export function bootSector(text: string): Uint8Array {
  const source = `
        org 0x7C00
        bits 16
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        cld
${text}
leave:  mov     al, 0
        out     ${EXIT}, al
put:    lodsb
        test    al, al
        jz      .end
        mov     dx, ${DEBUG_CONSOLE}
        out     dx, al
        jmp     put
.end:   ret
hex:    mov     cx, 4
.next:  rol     ax, 4
        push    ax
        and     al, 15
        cmp     al, 10
        sbb     al, 0x69        ; the digit's character
        das
        mov     dx, ${DEBUG_CONSOLE}
        out     dx, al
        pop     ax
        loop    .next
        mov     al, ' '
        out     dx, al
        ret
        times 510 - ($ - $$) db 0
        dw 0xAA55
`;
  return assemble(source).bytes;
}

/** A disk image that begins with this boot sector; sector n has n in its bytes from 1 on. */
export function diskImage(sector: Uint8Array, sectors = 16_384): Uint8Array {
  const image = new Uint8Array(sectors * SECTOR);
  for (let n = 1; n < sectors; n++) image.fill(n & 0xff, n * SECTOR, (n + 1) * SECTOR);
  image.set(sector);
  return image;
}

/** A virtio disk with this image. */
export const virtio = (image: Uint8Array | string, rest: Partial<DriveOptions> = {}): DriveOptions => ({
  image,
  format: 'raw',
  interface: 'virtio',
  ...rest,
});

/** A disk on the USB with this image. */
export const usb: typeof virtio = (image, rest = {}) => virtio(image, { interface: 'usb', ...rest });

/** A SATA disk with this image. */
export const sata: typeof virtio = (image, rest = {}) => virtio(image, { interface: 'sata', ...rest });
/** An NVMe disk with this image. */
export const nvme: typeof virtio = (image, rest = {}) => virtio(image, { interface: 'nvme', ...rest });

/** A machine with our BIOS, not yet started. `text` is what its debug console has had. */
export async function machineWith(options: Partial<MachineOptions>) {
  const machine = await Machine.create({
    memory: 16,
    boot: { bios },
    debugConsole: { iobase: DEBUG_CONSOLE },
    debugExit: { iobase: EXIT, iosize: 1 },
    ...options,
  });
  let text = '';
  machine.debugConsole.on('data', (bytes) => {
    text += Buffer.from(bytes).toString('latin1');
  });
  return { machine, text: () => text };
}

/** The machine's output on the debug console until its guest ends it. */
export async function consoleOf(options: Partial<MachineOptions>): Promise<string> {
  const { machine, text } = await machineWith(options);
  await machine.start();
  await machine.exited;
  return text();
}

/** The output of a boot sector with this text, from a hard disk. */
export async function writtenBy(text: string, options: Partial<MachineOptions> = {}): Promise<string> {
  const image = diskImage(bootSector(text));
  const all = await consoleOf({ drives: [{ image, format: 'raw' }], ...options });
  return all.slice(all.lastIndexOf('...\n') + 4).trim();
}
