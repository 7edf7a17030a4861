import { ConfigurationError, type SoundCardModel, type SoundOptions, soundCardModels } from '../index.ts';
import { similarNames } from '../util/similar.ts';
import type { Flag } from './flag.ts';
import { parseInteger, propertyList } from './properties.ts';
import { type AudioBackend, machine, type Settings } from './settings.ts';

type Properties = Readonly<Record<string, string>>;

/** The name that -audio gives to what it opens. */
const AUDIO_ID = 'audiodev0';
/** Frames are of this kind in any case; QEMU's buffers have no counterpart. */
const fixed: Properties = { 'out.channels': '2', 'out.format': 's16' };
const ignored =
  /^(timer-period|(in|out)\.(mixing-engine|fixed-settings|voices|buffer-length)|in\.(frequency|channels|format))$/;
const INSTEAD = "sound goes to a WAV file, or nowhere; give wav,path=FILE or none; programs take the library's samples";

/** Where sound may go, as it is written. */
export const audioDrivers: Readonly<Record<string, string>> = {
  none: 'nowhere',
  'wav,path=FILE[,out.frequency=RATE]': 'to a WAV file',
};

/** Flags of sound, as QEMU has them. */
export const soundFlags: readonly Flag[] = [
  {
    names: ['audiodev'],
    argument: 'none|wav,id=ID[,path=FILE][,out.frequency=RATE]',
    help: 'where sound goes: nowhere, or to a WAV file',
    details:
      'The file has 44,100 frames a second, or as many as out.frequency says. The speaker and all sound cards of -device go there.',
    list: 'list-audio-drivers',
    apply: (settings, text) => withBackend(settings, parseBackend(splitText(text))),
  },
  {
    names: ['audio'],
    argument: 'none|wav[,model=pcspk|sb16|AC97][,path=FILE][,out.frequency=RATE]',
    help: 'as -audiodev, with a sound card',
    list: 'list-audio-drivers',
    apply: addAudio,
  },
];

function splitText(text: string): Properties {
  return Object.fromEntries(propertyList(text, 'driver'));
}

function parseBackend({ driver = '', id, path, 'out.frequency': rate, ...others }: Properties): AudioBackend {
  if (driver !== 'none' && driver !== 'wav') throw new ConfigurationError(`'${driver}' is not supported: ${INSTEAD}`);
  if (id === undefined) throw new ConfigurationError('what sound goes to needs a name; give id=ID');
  for (const [name, value] of Object.entries(others)) checkOther(name, value);
  if (driver === 'wav' && !path) throw new ConfigurationError('a WAV file needs a name; give path=FILE');
  return {
    ...{ id, driver },
    ...(driver === 'wav' && { path: path! }),
    ...(rate !== undefined && { rate: parseInteger('out.frequency', rate) }),
  };
}

function checkOther(name: string, value: string): void {
  if (ignored.test(name)) return;
  if (fixed[name] === undefined) throw new ConfigurationError(`'${name}' is not supported for sound`);
  if (fixed[name] !== value)
    throw new ConfigurationError(`${name}=${value} is not supported; give ${name}=${fixed[name]}`);
}

function withBackend(settings: Settings, audio: AudioBackend): Settings {
  if (settings.audio.some(({ id }) => id === audio.id))
    throw new ConfigurationError(`there is an audiodev '${audio.id}' already`);
  return { ...settings, audio: [...settings.audio, audio] };
}

/** QEMU's names, whose letters may be small; the speaker is no card. */
const models = ['pcspk', ...soundCardModels] as const;

/** The card goes to what the same flag opens. */
function addAudio(settings: Settings, text: string): Settings {
  const { model: name = 'pcspk', id = AUDIO_ID, ...others } = splitText(text);
  const model = models.find((known) => known.toLowerCase() === name.toLowerCase());
  if (model === undefined)
    throw new ConfigurationError(
      `unknown model '${name}'${similarNames(name, models)}; it is one of: ${models.join(', ')}`,
    );
  const withAudio = withBackend(settings, parseBackend({ id, ...others }));
  return model === 'pcspk' ? connectSound(withAudio, id) : addSoundCard(withAudio, model, id);
}

/** The settings with a card of `-device sb16,audiodev=ID`. */
export function addSoundCard(settings: Settings, model: SoundCardModel, audiodev: string): Settings {
  const { soundCards = [] } = settings.machine;
  return machine(connectSound(settings, audiodev), { soundCards: [...soundCards, model] });
}

/** The settings with something that sounds by `audiodev=ID`; the backend may come before it or after it. */
export function connectSound(settings: Settings, audiodev: string): Settings {
  return audiodev === '' ? settings : { ...settings, audioUsers: [...settings.audioUsers, audiodev] };
}

/** A file is heard, if there is one. */
const backendOf = (audio: Settings['audio']): AudioBackend | undefined =>
  audio.find(({ driver }) => driver === 'wav') ?? audio[0];

/** The name by which `wavcapture` calls what sounds. */
export function audiodevOf({ audio }: Settings): { readonly audiodev?: string } {
  const backend = backendOf(audio);
  return backend === undefined ? {} : { audiodev: backend.id };
}

/**
 * The option of the machine, all of whose sound goes to one place.
 * @throws ConfigurationError if something sounds to where there is nothing, or to another place than the rest
 */
export function soundOf({ audio, audioUsers }: Settings): SoundOptions | undefined {
  const backend = backendOf(audio);
  const lost = audioUsers.find((user) => !audio.some(({ id }) => id === user));
  if (lost !== undefined)
    throw new ConfigurationError(`there is no audiodev '${lost}'; give -audiodev wav,id=${lost},path=FILE`);
  const other = audio.find(({ driver, id }) => driver === 'wav' && id !== backend?.id);
  const elsewhere = other?.id ?? audioUsers.find((user) => user !== backend?.id);
  if (elsewhere !== undefined)
    throw new ConfigurationError(
      `all sound goes to one place: '${backend?.id}', not '${elsewhere}'; give one audiodev`,
    );
  if (backend === undefined) return undefined;
  const { path, rate } = backend;
  return { ...(path !== undefined && { file: path }), ...(rate !== undefined && { rate }) };
}
