import type { Drive } from './drive.ts';

/** What a drive has whose writes are forgotten in the end, as QEMU names what has no file name: no file has these writes. */
export function overlayName({ image, format }: Pick<Drive, 'image' | 'format'>): string {
  const [driver] = (format ?? 'raw').split(' ');
  return `json:{"backing": {"driver": "${driver}", "file": {"filename": ${JSON.stringify(image)}}}, "driver": "overlay"}`;
}
