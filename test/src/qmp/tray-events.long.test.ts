import { expect, test } from 'vitest';
import { Machine, openQmp } from '../../../src/index.ts';
import { rom } from '../../support/death-roms.ts';

/** Has the CD-ROM drive open its tray, close it and open it: START STOP UNIT in packets, without interrupts. */
const trays = rom(`
        cli
        mov     ax, cs
        mov     ds, ax
        xor     ax, ax
        mov     ss, ax
        mov     sp, 0x7000
        cld
        mov     dx, 0x376
        mov     al, 2
        out     dx, al
        mov     si, .eject
        call    .packet
        mov     si, .load
        call    .packet
        ; it fails, and takes the unit attention: the medium may have changed
        mov     si, .test
        call    .packet
        mov     si, .eject
        call    .packet
        hlt
.packet:
        mov     dx, 0x176
        mov     al, 0xA0
        out     dx, al
        call    .ready
        mov     dx, 0x177
        mov     al, 0xA0
        out     dx, al
        call    .ready
        mov     cx, 6
        mov     dx, 0x170
        rep outsw
.ready: mov     dx, 0x177
        in      al, dx
        test    al, 0x80
        jnz     .ready
        ret
.eject: db      0x1B, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0
.load:  db      0x1B, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0
.test:  db      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
`);

test('DEVICE_TRAY_MOVED tells what the guest does with the tray of its CD-ROM drive', async () => {
  await using machine = await Machine.create({
    memory: 4,
    boot: { bios: trays },
    drives: [{ media: 'cdrom', image: new Uint8Array(4096) }],
  });
  const events: unknown[] = [];
  const moves: unknown[] = [];
  openQmp(machine).listen((event, data) => event === 'DEVICE_TRAY_MOVED' && events.push(data));
  machine.on('tray', (move) => void moves.push(move));
  await machine.start();
  const isOpen = [true, false, true];
  const drive = 'ide1-cd0';
  await expect.poll(() => events).toEqual(isOpen.map((open) => ({ device: drive, 'tray-open': open, id: drive })));
  expect(moves).toEqual(isOpen.map((open) => ({ drive, isOpen: open })));
  expect(machine.drives[0]).toMatchObject({ isTrayOpen: true });
});
