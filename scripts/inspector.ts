/**
 * Transcripts and pictures of the inspector's pages, from a booted Linux: `node scripts/inspector.ts`. It takes some minutes,
 * the first time more, as the kernel's symbols are got over its serial line. `node scripts/inspector.ts --no-machine`
 * makes in seconds those that need no machine.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { findBrowser } from './browser.ts';
import { InspectedLinux } from './inspector/guest.ts';
import { beginning } from './inspector/output.ts';
import { type Sections, sectionNames, sectionTexts, withSections } from './sections.ts';

const root = new URL('../', import.meta.url);
const program = fileURLToPath(new URL('src/cli/main.mjs', root));
/** Shows what commands print, in a folder of its own. */
class Transcript {
  readonly folder = mkdtempSync(join(tmpdir(), 'inspector-'));
  readonly sections: Record<string, string> = {};

  /** Runs `rawiron …` and keeps what it prints, the first lines of it. */
  async show(name: string, command: string, lines = 40): Promise<void> {
    console.log(`${name}: ${command}`);
    const output = await this.run(command);
    this.sections[name] = ['```console', `$ rawiron ${command}`, beginning(output, lines), '```'].join('\n');
  }

  run(command: string): Promise<string> {
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
    const child = spawn(process.execPath, [program, ...words], { cwd: this.folder });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    return new Promise((resolve) => child.on('close', () => resolve(output)));
  }
}

const SUM = '"03 1e 83 c6 04 49 75 f8 89 1f c3"';

async function bareCommands(transcript: Transcript): Promise<void> {
  await transcript.show('decode', `inspect decode --hex ${SUM}`);
  await transcript.show('lift', `inspect lift --hex "03 1e c3" --state cpl=0`);
  await transcript.show('passes', `inspect optimize --passes --hex ${SUM}`);
  await transcript.show('emit', `inspect emit --hex ${SUM}`);
  await transcript.show('handlers', 'inspect emit --handlers --hex "03 1e"');
  await transcript.show('dot', `inspect graph --hex ${SUM}`);
  await transcript.show('diff', 'inspect diff --hex "b9 e8 03 00 00 31 c0 01 c8 49 75 fb f4"');
  await transcript.show('bad-bytes', 'inspect lift --hex "ff ff"');
  await transcript.show('bad-symbol', 'inspect emit --elf program --symbol main');
  await transcript.show('nobody', 'inspect cache --connect vm.sock');
}

const AT = '--connect vm.sock --symbols kallsyms';

async function machineCommands(transcript: Transcript, guest: InspectedLinux): Promise<void> {
  const { folder } = transcript;
  writeFileSync(join(folder, 'kallsyms'), await guest.symbols());
  await transcript.show('symbols', 'inspect symbols kallsyms --connect vm.sock');
  guest.start('while :; do dd if=/dev/zero of=/dev/null bs=1 count=200000 2>/dev/null; done');
  await new Promise((resolve) => setTimeout(resolve, 5000));
  await transcript.show('top', `inspect top --count 1 --limit 12 ${AT}`);
  await transcript.show('profile', `profile --seconds 3 --limit 24 ${AT}`);
  await transcript.show('traps', `inspect traps --limit 12 ${AT}`, 50);
  await transcript.show('exits', `inspect exits --limit 8 ${AT}`);
  await transcript.show('block', `inspect block vfs_read ${AT}`, 60);
  await transcript.show('cache', `inspect cache --sort bytes --limit 8 ${AT}`);
  writeFileSync(new URL('docs/inspector-graph.svg', root), await transcript.run(`inspect graph vfs_read --svg ${AT}`));
  await transcript.show('tlb', `inspect tlb --limit 6 ${AT}`);
  await transcript.show('memory', `inspect memory ${AT}`);
  await transcript.show('export', `inspect export cache ${AT}`);
  await transcript.show('report', `inspect report report.html --seconds 8 ${AT}`);
  await transcript.show('not-mapped', `inspect block 80000000 ${AT}`);
  await transcript.show('no-such-symbol', `inspect block no_such_function ${AT}`);
  await guest.stop();
  guest.start('while :; do dd if=/dev/zero of=/dev/null bs=64k count=2000 2>/dev/null; done');
  await transcript.show('after', `profile --seconds 3 --limit 10 ${AT}`);
  await guest.stop();
}

/** Takes pictures of the report, in light and dark. */
async function takePictures(folder: string): Promise<void> {
  const found = await findBrowser();
  if (typeof found === 'string') {
    console.log(`no pictures: ${found}`);
    return;
  }
  const env = { ...(process.env as Record<string, string>), ...found.env };
  const browser = await chromium.launch({ executablePath: found.path, env, args: ['--no-sandbox'] });
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 1100 } });
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    await page.screenshot({ path: fileURLToPath(new URL(`docs/inspector-report-${colorScheme}.png`, root)) });
  }
  await browser.close();
}

const pages = ['docs/inspector.md', 'docs/inspector-commands.md', 'docs/slow-guest.md'];

/** Puts the transcripts where the pages have a place for them. */
function write(sections: Sections): void {
  const files = pages.map((page) => new URL(page, root));
  const documents = files.map((file) => readFileSync(file, 'utf8'));
  const used = documents.flatMap(sectionNames);
  const unused = Object.keys(sections).filter((name) => !used.includes(name));
  if (unused.length > 0) console.log(`not in the documents: ${unused.join(' ')}`);
  files.forEach((file, n) => {
    const document = documents[n]!;
    writeFileSync(file, withSections(document, { ...sectionTexts(document), ...sections }));
  });
}

async function withMachine(transcript: Transcript): Promise<void> {
  const socket = join(transcript.folder, 'vm.sock');
  {
    await using guest = await InspectedLinux.boot(socket);
    await machineCommands(transcript, guest);
  }
  await takePictures(transcript.folder);
}

const { values } = parseArgs({ options: { 'no-machine': { type: 'boolean', default: false } } });
const transcript = new Transcript();
try {
  await bareCommands(transcript);
  if (!values['no-machine']) await withMachine(transcript);
  write(transcript.sections);
} finally {
  rmSync(transcript.folder, { recursive: true });
}
