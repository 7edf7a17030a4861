import { setChecksum } from '../../devices/power/image.ts';
import { assemble } from '../assembler/index.ts';
import { source } from './source.ts';

const ROM_BYTES = 1024;
const PNP_HEADER_BYTES = 32;

/** The option ROM that boots the kernel of `-kernel`, for any BIOS that knows Plug and Play's boot devices. */
export function buildKernelLoader(): Uint8Array {
  const { bytes, symbols } = assemble(source, { bits: 16, symbols: { ROM_BYTES } });
  const pnp = symbols.get('pnp')!;
  setChecksum(bytes.subarray(pnp, pnp + PNP_HEADER_BYTES), symbols.get('pnp_checksum')! - pnp);
  setChecksum(bytes, ROM_BYTES - 1);
  return bytes;
}
