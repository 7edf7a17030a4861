import type { DeviceRow } from './row.ts';

/** Sound cards that there are, by QEMU's names. */
export const soundCardModels = ['sb16', 'AC97', 'adlib'] as const;
/** A sound card, by its name. */
export type SoundCardModel = (typeof soundCardModels)[number];

export interface SoundCardRow extends DeviceRow {
  /** Properties that say where it is, which is nowhere else here: QEMU's defaults. */
  readonly places: Readonly<Record<string, string>>;
  /** Nothing on the ISA bus says where a card is, so its driver gets parameters. */
  readonly linux: readonly string[];
  /** Whether that driver has to be loaded before those of other cards, which block its ports. */
  readonly isLoadedFirst?: boolean;
}

/** Their rows. */
export const soundCards: Readonly<Record<SoundCardModel, SoundCardRow>> = {
  sb16: {
    bus: 'isa',
    help: 'a Sound Blaster 16 with FM chip, which sounds to -audiodev id=ID',
    ...placed({ iobase: '0x220', irq: '5', dma: '1', dma16: '5' }),
    linux: ['snd_sb16 isapnp=0 port=0x220 irq=5 dma8=1 dma16=5', 'snd_pcm_oss'],
  },
  AC97: {
    bus: 'pci',
    aliases: ['ac97'],
    slot: 'ac97',
    option: 'soundCards',
    value: 'AC97',
    help: "the sound of Intel's 82801AA, on the PCI bus",
    ...placed({}),
    linux: ['snd_intel8x0', 'snd_pcm_oss'],
  },
  adlib: {
    bus: 'isa',
    help: 'an AdLib, also at port 0x388, whose FM chip is an OPL3: that of the Sound Blaster, where there is one',
    ...placed({ iobase: '0x220' }),
    linux: ['snd_adlib port=0x388'],
    isLoadedFirst: true,
  },
};

function placed(places: SoundCardRow['places']): Pick<SoundCardRow, 'places' | 'properties'> {
  return { places, properties: { audiodev: '', ...places } };
}
