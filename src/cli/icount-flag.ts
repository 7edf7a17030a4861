import { ConfigurationError, type IcountOptions } from '../index.ts';
import { checkedIcount } from '../options/recording.ts';
import type { Flag } from './flag.ts';
import { parseInteger, parseProperties, parseSwitch } from './properties.ts';
import { machine } from './settings.ts';

/** Time from executed instructions, with QEMU's record and replay. */
export const icountFlag: Flag = {
  names: ['icount'],
  argument: 'shift=N[,rr=record|replay,rrfile=FILE]',
  help: 'time from executed instructions; record, replay',
  details:
    'An instruction takes 2^N ns, N from 0 to 10; runs are alike if the clock starts alike (-rtc base=TIME). rr=record: all that enters the machine goes to a file. rr=replay: it comes from that file.',
  apply: (settings, text) => machine(settings, { icount: parseIcount(text) }),
};

function parseIcount(text: string): IcountOptions {
  const names = ['rr', 'rrfile', 'rrsnapshot', 'sleep', 'align'];
  const { shift = '', rr, rrfile, rrsnapshot, sleep, align } = parseProperties(text, 'shift', names);
  if (sleep !== undefined && !parseSwitch('sleep', sleep))
    throw new ConfigurationError('sleep=off is not there: a guest that waits waits as long as it says; leave it out');
  if (align !== undefined && parseSwitch('align', align))
    throw new ConfigurationError(
      "align=on is not there: time comes from instructions, not from the host's clock; leave it out",
    );
  if (rrsnapshot !== undefined)
    throw new ConfigurationError(
      'rrsnapshot is not there: a recording begins when the machine is turned on; leave it out',
    );
  if (shift === '') throw new ConfigurationError(`'${text}' has no time of an instruction; give shift=N, 2^N ns each`);
  const time = { shift: parseInteger('shift', shift) };
  return checkedIcount({ ...time, ...parseRecording(rr, rrfile) });
}

function parseRecording(rr: string | undefined, rrfile: string | undefined): Omit<IcountOptions, 'shift'> {
  if (rr === undefined && rrfile === undefined) return {};
  if (rr !== 'record' && rr !== 'replay')
    throw new ConfigurationError(`'${rr ?? ''}' is no mode; give rr=record or rr=replay`);
  if (rrfile === undefined || rrfile === '') throw new ConfigurationError(`rr=${rr} needs a file; give rrfile=FILE`);
  return { [rr]: rrfile };
}
