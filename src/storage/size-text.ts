/** A size as qemu-img shows it, such as 64 MiB. */
export function sizeText(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.floor(Math.log2(bytes / (1000 / 1024)) / 10);
  const value = Number((bytes / 1024 ** power).toPrecision(3));
  return `${value} ${['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'][power]}B`;
}
