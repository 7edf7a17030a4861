/** Modes of VBE: the standard numbers (VBE 3.0, section 3), and those that Bochs' and SeaBIOS' VGA BIOS give the others. */

interface VbeMode {
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
}

/** A number for each size and depth: `number width height depth...`, the depths have consecutive numbers. */
const sizes = `
100 640 400 8
101 640 480 8
102 800 600 4 8
104 1024 768 4 8
106 1280 1024 4 8
10D 320 200 15 16 24
110 640 480 15 16 24
113 800 600 15 16 24
116 1024 768 15 16 24
119 1280 1024 15 16 24
11C 1600 1200 8 15 16 24
140 320 200 32
141 640 400 32
142 640 480 32
143 800 600 32
144 1024 768 32
145 1280 1024 32
146 320 200 8
147 1600 1200 32
148 1152 864 8 15 16 24 32
175 1280 768 16 24 32
178 1280 800 16 24 32
17B 1280 960 16 24 32
17E 1440 900 16 24 32
181 1400 1050 16 24 32
184 1680 1050 16 24 32
187 1920 1200 16 24 32
18A 2560 1600 16 24 32
18D 1280 720 16 24 32
190 1920 1080 16 24 32
193 1600 900 8 16 24 32
197 2560 1440 8 16 24 32
19B 3840 2160 8 16 24 32
1A0 1368 768 8 16 24 32
1A4 1920 1080 8
1A5 320 240 8 16 32
1A8 512 384 8 16 32
`;

function modesOf(line: string): VbeMode[] {
  const [first = '', width, height, ...depths] = line.split(' ');
  return depths.map((depth, index) => ({
    number: Number.parseInt(first, 16) + index,
    width: Number(width),
    height: Number(height),
    bitsPerPixel: Number(depth),
  }));
}

export const vbeModes: readonly VbeMode[] = sizes.trim().split('\n').flatMap(modesOf);
