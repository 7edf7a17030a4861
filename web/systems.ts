import type { MachineOptions } from '../src/browser/index.ts';

/** A system that the page brings; nothing is loaded for it from elsewhere. */
export interface System {
  /** Its name in the page's address. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  options(): Promise<MachineOptions>;
}

/** A disk of the gallery's (scripts/gallery), assembled here. */
async function pictureDisk(name: 'desktop' | 'text'): Promise<MachineOptions> {
  const [{ diskWith }, { programs }] = await Promise.all([
    import('../scripts/gallery/disk.ts'),
    import('../scripts/gallery/programs.ts'),
  ]);
  return { drives: [{ image: diskWith(programs[name]), format: 'raw' }] };
}

export const systems: readonly System[] = [
  {
    name: 'demo',
    title: 'Demo',
    about: 'A small system with a shell on the serial line. Type "help".',
    options: async () => ({ boot: { demo: true } }),
  },
  {
    name: 'desktop',
    title: 'Desktop',
    about: 'A boot sector that draws a picture of a desktop.',
    options: () => pictureDisk('desktop'),
  },
  {
    name: 'text',
    title: 'Text mode',
    about: 'Characters and colors of the VGA.',
    options: () => pictureDisk('text'),
  },
];
