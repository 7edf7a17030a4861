import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { planBackends } from '../../../src/cli/backends/plan.ts';
import { checkOutputFiles } from '../../../src/cli/output-files.ts';
import { soundOf } from '../../../src/cli/sound-flags.ts';

const parse = (line: string) => parseArguments(line.split(' '));
const soundOfLine = (line: string) => soundOf(parse(line));

test.each([
  ['-kernel K', undefined],
  ['-audiodev none,id=snd0', {}],
  ['-audio none', {}],
  ['-audio driver=none -audiodev none,id=snd0', {}],
  ['-audiodev wav,id=a,path=o.wav', { file: 'o.wav' }],
  [
    '-audiodev wav,id=a,path=o.wav,out.frequency=48000,out.channels=2,timer-period=1000',
    { file: 'o.wav', rate: 48000 },
  ],
  ['-machine pc,pcspk-audiodev=a -audiodev driver=wav,id=a,path=o.wav', { file: 'o.wav' }],
  ['-audio wav,model=pcspk,path=o.wav', { file: 'o.wav' }],
  ['-audiodev none,id=quiet -audiodev wav,id=a,path=o.wav', { file: 'o.wav' }],
])('%s', (line, options) => {
  expect(soundOfLine(line)).toEqual(options);
});

test.each([
  ['-audiodev pa,id=a', "'pa' is not supported: sound goes to a WAV file"],
  ['-audiodev wav,path=o.wav', 'what sound goes to needs a name; give id=ID'],
  ['-audiodev wav,id=a', 'a WAV file needs a name; give path=FILE'],
  ['-audiodev wav,id=a,path=o,out.channels=6', 'out.channels=6 is not supported; give out.channels=2'],
  ['-audiodev wav,id=a,path=o,speed=2', "'speed' is not supported for sound"],
  ['-audiodev wav,id=a,path=o,out.frequency=fast', "'fast' is not a whole number; give out.frequency=N"],
  ['-audiodev none,id=a -audiodev none,id=a', "there is an audiodev 'a' already"],
  ['-audio wav,path=o,model=gus', "unknown model 'gus'"],
  ['-machine pc,pcspk-audiodev=b -audiodev none,id=a', "there is no audiodev 'b'; give -audiodev wav,id=b,path=FILE"],
  ['-audiodev wav,id=a,path=o -audiodev wav,id=b,path=p', "all sound goes to one place: 'a', not 'b'"],
  ['-machine pc,pcspk-audiodev=q -audiodev none,id=q -audiodev wav,id=a,path=o', "to one place: 'a', not 'q'"],
  ['-device sb16,irq=7', 'sb16 is where it is here, not at irq=7; give irq=5'],
])('%s is refused', (line, message) => {
  expect(() => soundOfLine(line)).toThrow(message);
});

test.each([
  ['-device sb16,audiodev=a -audiodev wav,id=a,path=o', ['sb16']],
  ['-device sb16 -device AC97', ['sb16', 'AC97']],
  ['-device adlib,audiodev=a -audiodev none,id=a', ['adlib']],
  ['-device sb16,iobase=0x220,irq=5,dma=1,dma16=5 -device adlib,iobase=0x220', ['sb16', 'adlib']],
  ['-audio none,model=ac97', ['AC97']],
  ['-audio wav,path=o,model=SB16', ['sb16']],
])('%s: cards %j', (line, cards) => {
  expect(parse(line).machine.soundCards).toEqual(cards);
  soundOfLine(line);
});

test('the file of -audiodev is no other file of the command line', () => {
  const settings = parse('-kernel K -serial file:o.wav -audiodev wav,id=a,path=o.wav');
  expect(() => checkOutputFiles(settings, planBackends(settings, false))).toThrow(
    '-serial and -audiodev name the same file, o.wav',
  );
});
