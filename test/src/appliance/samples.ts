import { pack } from 'tar-stream';

const namespaces = [
  'xmlns="http://schemas.dmtf.org/ovf/envelope/1"',
  'xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"',
  'xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"',
  'xmlns:vmw="http://www.vmware.com/schema/ovf"',
].join(' ');

/** An item of the hardware section, by the names of its members. */
export function item(type: number, id: number, members: Readonly<Record<string, string | number>> = {}): string {
  const all = { InstanceID: id, ResourceType: type, ...members };
  return `<Item>${Object.entries(all)
    .map(([name, value]) => `<rasd:${name}>${value}</rasd:${name}>`)
    .join('')}</Item>`;
}

/** The parts of a descriptor. */
export interface Sample {
  readonly files?: readonly string[];
  readonly disks?: readonly string[];
  readonly items: readonly string[];
  /** Behind the hardware section's items. */
  readonly config?: string;
}

export function descriptorOf({ files = [], disks = [], items, config = '' }: Sample): string {
  return `<?xml version="1.0"?>
<Envelope ${namespaces}>
  <References>${files.join('')}</References>
  <DiskSection><Info>disks</Info>${disks.join('')}</DiskSection>
  <VirtualSystem ovf:id="sample"><Info>a machine</Info><Name>Sample &amp; Co</Name>
    <VirtualHardwareSection><Info>hardware</Info>${items.join('')}${config}</VirtualHardwareSection>
  </VirtualSystem>
</Envelope>`;
}

export const file = (id: string, href: string, more = ''): string =>
  `<File ovf:id="${id}" ovf:href="${href}" ${more}/>`;
export const disk = (id: string, fileId: string, more = ''): string =>
  `<Disk ovf:diskId="${id}" ovf:fileRef="${fileId}" ovf:capacity="1048576" ${more}/>`;

/** An archive as exporters make it: ustar, the descriptor first. */
export async function archiveOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, contents] of Object.entries(files)) archive.entry({ name }, Buffer.from(contents));
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
