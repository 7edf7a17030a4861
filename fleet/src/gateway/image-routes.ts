import { listImages, putImage, removeImage } from '../images.ts';
import { bounded, type Route } from './exchange.ts';

/** Bytes of a snapshot that is sent. */
const MOST_IMAGE = 1 << 30;

/** Requests about images. */
export const imageRoutes: readonly Route[] = [
  {
    ...{ method: 'GET', path: /^\/images$/, scope: 'view' },
    answer: async ({ store }) => ({ body: (await listImages(store)).map(({ name, memory }) => ({ name, memory })) }),
  },
  {
    ...{ method: 'PUT', path: /^\/images\/([^/]+)$/, scope: 'images' },
    async answer(exchange) {
      const { store, names, body, bounds, check } = exchange;
      return await bounded(bounds.images, exchange, async () => {
        const image = await putImage(store, names[0]!, await body(MOST_IMAGE), check);
        return { status: 201, body: { name: image.name, memory: image.memory } };
      });
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
