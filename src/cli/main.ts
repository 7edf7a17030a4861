#!/usr/bin/env node
import { keepCompiledCode } from '../node/compiled-code.ts';
import { followLauncher } from './launcher.ts';

keepCompiledCode();
followLauncher();
const { main } = await import('./program.ts');
process.exit(await main(process.argv.slice(2)));
