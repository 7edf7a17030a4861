import { checkProcessor, processorNumber, processorProperties } from '../hot-plug/device-add-processor.ts';
import { ConfigurationError } from '../index.ts';
import { checkedPresence, checkedTopology } from '../options/processors.ts';
import { parseProperties } from './properties.ts';
import { machine, type Settings } from './settings.ts';

/**
 * The settings with one more processor that is there from the start, of the places that -smp has made.
 * @throws ConfigurationError if there is no such place, or it is taken
 */
export function addProcessor(settings: Settings, text: string): Settings {
  const { driver, ...given } = parseProperties(text, 'driver', [...processorProperties]);
  const { cpu = 'max', processors } = settings.machine;
  checkProcessor(driver!, given, cpu.split(',')[0]!);
  const present = checkedPresence(processors);
  if (present === undefined || typeof processors !== 'object')
    throw new ConfigurationError(`there is no place for ${driver}; make places by -smp N,maxcpus=M`);
  const topology = checkedTopology(processors);
  const number = processorNumber(driver!, given, topology);
  if (present.some((one) => one.number === number))
    throw new ConfigurationError(`CPU[${number}] with APIC ID ${number} exists; name another place`);
  const { id } = given;
  const added = { number, ...(id !== undefined && { id }) };
  return machine(settings, { processors: { ...topology, present: [...present, added] } });
}
