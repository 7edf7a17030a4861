import { ConfigurationError, type MemoryContentOptions } from '../index.ts';
import { parseInteger, parseSwitch, parseWord } from './properties.ts';
import { machine, type Settings } from './settings.ts';

type Properties = Readonly<Record<string, string>>;

const MOST_DATA = 8;

/** QEMU's generic loader: no device of the machine, but what is in its memory after each reset. */
export function addContent(settings: Settings, given: Properties): Settings {
  const { memoryContents = [] } = settings.machine;
  return machine(settings, { memoryContents: [...memoryContents, contentOf(given)] });
}

function contentOf(given: Properties): MemoryContentOptions {
  const { file, addr, data, 'data-len': length, 'data-be': order, 'force-raw': raw, 'cpu-num': number } = given;
  const place = {
    address: parseInteger('addr', addr!),
    ...(number && { processor: parseInteger('cpu-num', number) }),
  };
  if (data || length || order) return { ...dataOf(given), address: place.address, raw: true };
  if (file) return { image: file, ...place, ...(raw && { raw: parseSwitch('force-raw', raw) }) };
  if (raw) throw new ConfigurationError('please include valid arguments; force-raw is for a file, give file=FILE');
  if (place.address === 0)
    throw new ConfigurationError('please include valid arguments; give file=FILE,addr=N or data=N,data-len=N,addr=N');
  if (!number)
    throw new ConfigurationError(
      'cpu_num must be specified when setting a program counter; give cpu-num=N, or file=FILE',
    );
  return place;
}

/** A number in the machine's order of bytes, or the other one, as its first bytes. */
function dataOf(given: Properties): Pick<MemoryContentOptions, 'image'> {
  const { file, data, 'data-len': length, 'data-be': order, 'force-raw': raw } = given;
  if (file) throw new ConfigurationError('Specifying a file is not supported when loading memory values');
  if (raw) throw new ConfigurationError('Specifying force-raw is not supported when loading memory values');
  const bytes = length ? parseInteger('data-len', length) : 0;
  if (bytes === 0) throw new ConfigurationError('Both data and data-len must be specified');
  if (bytes > MOST_DATA) throw new ConfigurationError('data-len cannot be greater than 8 bytes');
  const view = new DataView(new ArrayBuffer(MOST_DATA));
  view.setBigUint64(0, parseWord('data', data || '0'), !(order && parseSwitch('data-be', order)));
  return { image: new Uint8Array(view.buffer, 0, bytes) };
}
