#!/usr/bin/env node
import { keepCompiledCode } from '../node/compiled-code.ts';

keepCompiledCode();
const { main } = await import('./program.ts');
process.exit(await main(process.argv.slice(2)));
