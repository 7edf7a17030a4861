import type { Reason } from './differences.ts';

/** Why the ROM answers otherwise than SeaBIOS' VGA BIOS 1.16.2. */
export const seabiosReasons: readonly Reason[] = [
  { place: /^start \|/, why: 'the ROM sets mode 3 when it starts, as most do; SeaBIOS leaves it to the system BIOS' },
  {
    place: /\| CGA (control|colour)$/,
    why: "BIOS data 65h and 66h have what ports 3D8h and 3D9h of a CGA would have, as with IBM's BIOS; SeaBIOS leaves 0",
  },
  {
    place: /\| display$/,
    why: 'BIOS data 8Ah is an index of the display combination table (IBM VGA, save pointers); SeaBIOS has the code itself',
  },
  { place: /\| graphics 7$/, why: "colour don't care is 0 in text and CGA modes, as in IBM's table" },
  { place: /^mode 0F \|/, why: 'mode 0F is that of a monochrome display: CRTC at 3B4h, three shades' },
  { place: /^text of 200 lines \|/, why: 'SeaBIOS remembers the number of lines, and sets 400' },
  {
    place: /^(mode 07|monochrome text) \|.*\| (CRTC .*|attribute (0|8))$/,
    why: "SeaBIOS writes a few registers at the colour adapter's ports, where they are not when the mode is 7",
  },
  { place: /^CGA palette \|.*\| attribute 11$/, why: 'the background is that of the border too, as on a CGA' },
  { place: /^palette is kept \|/, why: 'SeaBIOS loads the default palette though it was switched off' },
  { place: /\| refresh off \| sequencer 1$/, why: 'SeaBIOS does not switch the picture off' },
  {
    place: /^state of .*\| byte ([0-3]|20|21)$/,
    why: 'the pointer is into another ROM, and BIOS data 65h and 66h are as above',
  },
  { place: /^state of .*\| byte 22$/, why: 'rows, not rows less one (IBM, AH=1B)' },
  { place: /^state of mode 13 \| state \| byte (27|28)$/, why: 'mode 13h has 256 colours' },
  { place: /^state of .*\| byte 29$/, why: 'mode 12h has room for one page' },
  { place: /^state of graphics \| state \| byte 2a$/, why: 'mode 12h has 480 lines' },
  { place: /^state of .*\| byte 2d$/, why: 'what is switched on; SeaBIOS tells nothing' },
  { place: /\| how much \| bx$|^VBE, in general \| state \| bx$/, why: 'the parts begin at multiples of 64 bytes' },
  {
    place: /^saved state \| restore \| miscellaneous$/,
    why: 'SeaBIOS restores the mode without its clock and polarities',
  },
  {
    place: /^VBE mode .*\| information \| byte 0$/,
    why: 'text can be written, and the registers are those of a VGA',
  },
  { place: /\| information \| byte [cdef]$/, why: 'the function for windows is elsewhere' },
  {
    place: /\| information \| byte (1d|34|35)$/,
    why: 'as many pictures as fit; SeaBIOS counts them in whole windows, and leaves out VBE 3.0',
  },
  { place: /^VBE mode 110 \| information \| byte 27$/, why: 'the bit that 15 leave can be used' },
  { place: /\| information \| byte (32|33)$/, why: 'the length of lines of four planes too' },
  { place: /\| information \| byte (3e|3f|40|41)$/, why: 'a pixel clock that no program of VBE 3.0 refuses' },
  {
    place: /^(VBE mode .*\| set|saved state of VBE \| restore) \| (CRTC .*|attribute .*|miscellaneous)$/,
    why: "the VGA's own registers, which VBE's replace, are those of mode 12h or 13h",
  },
  { place: /^saved state of VBE \| restore \| DAC$/, why: "the DAC's colours are then those of mode 13h" },
  { place: /^font.* \| bp$/, why: 'the fonts are elsewhere' },
  { place: /^VBE mode .*\| set \| page bytes$/, why: 'there are no pages' },
  { place: /\| a second window \| memory$/, why: 'SeaBIOS does not write pixels in modes of VBE' },
  {
    place: /^VBE mode 10[24] \| (line length|longer lines|lines of bytes) \|/,
    why: 'a plane has a quarter of the memory, and lines have 13 bits',
  },
  { place: /^VBE mode .*\| lines of bytes \| (bx|cx|dx)$/, why: 'VBE asks for the next larger length' },
  { place: /\| most of all \|/, why: 'SeaBIOS does not know this function' },
  { place: /\| start too low \| ax$/, why: 'the picture would end after the memory; SeaBIOS lets it' },
  { place: /^VBE mode .*\| palette( is)? \|/, why: 'SeaBIOS does not know function 09' },
  { place: /^VBE mode 10[24] \| (linear mode|its number then) \|/, why: 'four planes have no linear frame buffer' },
  { place: /\| no such function \| ax$/, why: 'an unknown function leaves AX' },
  { place: /\| controller \| byte/, why: 'names are elsewhere and other modes are listed' },
  { place: /\| (length|start) without VBE \|/, why: 'modes of the VGA have no such function' },
  { place: /\| power \| bx$/, why: 'version 1.0; there is no reduced state' },
];

/** Why answers on the emulated machine are otherwise than on QEMU. */
export const chipReasons: readonly Reason[] = [
  { place: /\| DAC mask$|^DAC \| mask is \| bx$/, why: "the DAC's mask can be read (IBM VGA, DAC); QEMU gives 0" },
  {
    place: /^saved state \|.*DAC/,
    why: 'as the mask',
  },
];

/** Reasons for differences of the CL-GD5446 from QEMU's. */
export const cirrusReasons: readonly Reason[] = [
  {
    place: /^VBE mode .* \| (palette is|information) \| byte [0-9a-e]$|^VBE mode .* \| DAC$/,
    why: "colours have six bits; QEMU's keep eight, which a mode that is not there leaves in the buffer of its information",
  },
];
