import { type ModeTable, mode12, mode13, text80, withCrtc } from './modes.ts';
import { inMode, noise, set } from './pictures.ts';
import { FRAME_BUFFER } from './rom.ts';

const CURSOR_PATTERNS = FRAME_BUFFER + 0x3fc000;
const sequencer = (index: number, value: number): string => set(0x3c4, index, value);
const crtc = (index: number, value: number): string => set(0x3d4, index, value);

/** 640 x 480 in pixels that the sequencer's mode and the hidden register of the DAC tell. */
const size640: ModeTable = { ...mode13, crtc: mode12.crtc, attribute: [...mode13.attribute] };

function pixels(mode: number, hidden: number, bits: number, more = ''): string {
  const lineBytes = (640 * bits) / 8;
  return inMode(
    withCrtc(size640, { 19: (lineBytes / 8) & 0xff }),
    `${sequencer(6, 0x12)}${sequencer(7, mode)}${crtc(0x1b, 0x02 | ((lineBytes >> 7) & 0x10))}
        mov     dx, 0x3C8
        in      al, dx              ; QEMU counts reads of the mask from here on
        mov     dx, 0x3C6
        in      al, dx
        in      al, dx
        in      al, dx
        in      al, dx
        mov     al, ${hidden}
        out     dx, al
        mov     al, 0xFF
        out     dx, al${noise(FRAME_BUFFER, 0x80000)}${more}`,
  );
}

/** Patterns of chance, of which one is at a place, and two colors of its own. */
const cursor = (attributes: number, pattern: number, x: number, y: number): string =>
  noise(CURSOR_PATTERNS, 0x1000) + place(attributes, pattern, x, y);

const place = (attributes: number, pattern: number, x: number, y: number): string => `
${sequencer(0x12, 2)}${[0, 15].map(cursorColor).join('')}
${sequencer(0x13, pattern)}${sequencer(0x10 | ((x & 7) << 5), x >> 3)}${sequencer(0x11 | ((y & 7) << 5), y >> 3)}
${sequencer(0x12, attributes)}`;

const cursorColor = (index: number): string => `
        mov     dx, 0x3C8
        mov     al, ${index}
        out     dx, al
        inc     edx
        mov     al, ${7 + 3 * index}
        out     dx, al
        mov     al, ${50 - 2 * index}
        out     dx, al
        mov     al, ${index + 20}
        out     dx, al`;

/**
 * Pictures of the CL-GD5446 that it takes no BIOS for. In 16 bits QEMU shows no line twice, and colors otherwise while there is a cursor.
 */
export const cirrusRegisterPictures: Readonly<Record<string, string>> = {
  '8 bits': pixels(0x11, 0, 8),
  '15 bits': pixels(0x17, 0xf0, 16),
  '16 bits': pixels(0x17, 0xe1, 16),
  '24 bits': pixels(0x15, 0xe5, 24),
  '32 bits': pixels(0x19, 0xe5, 32),
  'another start, of all bits': pixels(0x11, 0, 8, crtc(0x0c, 0x12) + crtc(0x0d, 0x34) + crtc(0x1b, 0x07)),
  'a picture that is split': pixels(0x11, 0, 8, crtc(0x18, 0x70) + crtc(0x07, 0x2e) + crtc(0x09, 0x00)),
  'lines shown twice': pixels(0x11, 0, 8, crtc(0x09, 0xc0)),
  'lines of two fields': pixels(0x11, 0, 8, crtc(0x1a, 1)),
  'a small cursor': pixels(0x11, 0, 8, cursor(1, 0x25, 123, 77)),
  'a small cursor at the edge': pixels(0x17, 0xf0, 16, cursor(1, 0x3f, 621, 470)),
  'a large cursor': pixels(0x15, 0xe5, 24, cursor(5, 0x0c, 301, 211)),
  'a cursor that has moved': pixels(0x11, 0, 8, cursor(5, 0, 50, 50) + place(5, 4, 111, 99)),
  'a cursor in 16 colors': inMode(mode12, noise(0xa0000, 0x2000) + cursor(1, 3, 33, 44)),
  'text that begins elsewhere': inMode(text80, crtc(0x0c, 0x01)),
};
