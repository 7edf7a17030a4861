import type { Drive } from './drive.ts';

/**
 * The name of a drive's overlay of discarded writes, which has no file, in the form that QEMU uses for images without file names.
 */
export function overlayName({ image, format }: Pick<Drive, 'image' | 'format'>): string {
  const [driver] = (format ?? 'raw').split(' ');
  return `json:{"backing": {"driver": "${driver}", "file": {"filename": ${JSON.stringify(image)}}}, "driver": "overlay"}`;
}
