import { buildBios } from './bios/index.ts';
import { buildKernelLoader } from './kernel-loader/index.ts';
import { buildVideoBios } from './vgabios/index.ts';

/** The images of the firmware of our own, assembled from their sources. */
export const assembleImages = () => ({
  bios: buildBios(),
  videoBios: buildVideoBios(),
  cirrusVideoBios: buildVideoBios('cirrus'),
  vmwareVideoBios: buildVideoBios('vmware'),
  kernelLoader: buildKernelLoader(),
});
