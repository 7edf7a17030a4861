import type { ImageHost } from '../../machine/boot-images.ts';
import { ipxe, seabios } from '../assets/firmware.ts';
import { keep } from './kept-images.ts';
import { readWhole } from './read-file.ts';

/** Images that a machine starts with, in Node. */
export const imageHost: ImageHost = { readFile: readWhole, seabios: () => seabios(), ipxe: (card) => ipxe(card), keep };
