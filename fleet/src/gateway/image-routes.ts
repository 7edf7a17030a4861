import { listImages, putImage, removeImage } from '../images.ts';
import type { Answer, Route } from './exchange.ts';

/** Bytes of a snapshot that is sent. */
const MOST_IMAGE = 1 << 30;

const busy: Answer = {
  ...{ status: 429, headers: { 'retry-after': '10' } },
  body: 'other images are being added: one of a tenant, and two together, at a time; try again when they are there',
};

/** Requests about images. */
export const imageRoutes: readonly Route[] = [
  {
    ...{ method: 'GET', path: /^\/images$/, scope: 'view' },
    answer: async ({ store }) => ({ body: (await listImages(store)).map(({ name, memory }) => ({ name, memory })) }),
  },
  {
    ...{ method: 'PUT', path: /^\/images\/([^/]+)$/, scope: 'images' },
    async answer({ store, rights, names: [name], body, images }) {
      // The body, and a machine that is made of it, are in memory.
      using place = images.enter(rights.tenant);
      if (place === undefined) return busy;
      const image = await putImage(store, name!, await body(MOST_IMAGE));
      return { status: 201, body: { name: image.name, memory: image.memory } };
    },
  },
  {
    ...{ method: 'DELETE', path: /^\/images\/([^/]+)$/, scope: 'images' },
    async answer({ store, names: [name] }) {
      await removeImage(store, name!);
      return { status: 204 };
    },
  },
];
