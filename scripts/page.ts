/** Builds the page in web/ with a Linux beside it: `npm run build:web`. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import { messageOf } from '../src/util/errors.ts';
import { type PageLinux, pageLinux } from './page-linux.ts';

const root = join(import.meta.dirname, '..');

/**
 * @param outDir where the page is made
 * @param say is told what takes long, and that there is no Linux
 * @param makeLinux rejects where there is none
 */
export async function buildPage(outDir: string, say: (text: string) => void, makeLinux = pageLinux): Promise<void> {
  const linux = await makeLinux(say).catch((error: unknown) => {
    say(`The page is built without Linux: ${messageOf(error)}`);
    return null;
  });
  await build({
    configFile: join(root, 'web/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
    plugins: linux ? [linuxFiles(linux)] : [],
  });
}

/** Puts the files beside the page, under names that change with their contents, and says in web/linux-files.ts where they are. */
function linuxFiles({ terminal, ...files }: PageLinux): Plugin {
  return {
    name: 'linux',
    load(id) {
      if (id !== join(root, 'web/linux-files.ts')) return null;
      const addresses = Object.entries(files).map(([name, source]) => {
        const asset = this.emitFile({ type: 'asset', name: `linux.${name}`, source });
        const sha256 = createHash('sha256').update(source).digest('hex');
        return `${name}: { url: import.meta.ROLLUP_FILE_URL_${asset}, sha256: '${sha256}' }`;
      });
      return `export const linuxFiles = { ${addresses.join(', ')}, terminal: ${JSON.stringify(terminal)} };`;
    },
  };
}

if (import.meta.main) await buildPage(join(root, 'dist-web'), (text) => console.log(text));
