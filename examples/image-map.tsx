import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';

/** Size of `public/island.svg`. */
const WIDTH = 300;
const HEIGHT = 200;
const PLACES = [
  { name: 'lighthouse', x: 62, y: 62, reach: 26 },
  { name: 'mountain', x: 158, y: 74, reach: 34 },
  { name: 'forest', x: 206, y: 124, reach: 32 },
  { name: 'harbour', x: 112, y: 142, reach: 26 },
];

const schema = {
  querystring: Type.Object({
    /** Coordinates of a click: `'158,74'` */
    spot: Type.Optional(Type.String({ pattern: '^\\d{1,3},\\d{1,3}$' })),
    place: Type.Optional(Type.Enum(PLACES.map(({ name }) => name))),
  }),
};

const imageMap: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/image-map', { schema }, ({ query: { spot, place } }) => {
    const [x, y] = spot?.split(',').map(Number) ?? [];
    return (
      <Layout
        title="Image maps"
        lead="One picture, twice: the server or the browser finds what was clicked."
        source="image-map.tsx"
      >
        <div class="columns">
          <section class="panel map">
            <h2>The server finds it</h2>
            <div class="picture">
              <img
                src="/island.svg"
                width={WIDTH}
                height={HEIGHT}
                alt="An island, to be clicked anywhere"
                onclick="rr({ action: 'spot', value: event.offsetX + ',' + event.offsetY })"
              />
              {spot && <span class="pin" style={`left: ${x}px; top: ${y}px`} />}
            </div>
            <p class="said" role="status">
              {spot ? `${spot}: ${placeAt(x, y)}` : 'Click anywhere.'}
            </p>
          </section>
          <section class="panel map">
            <h2>The browser finds it</h2>
            <img
              src="/island.svg"
              width={WIDTH}
              height={HEIGHT}
              usemap="#places"
              alt="An island with four places"
            />
            <map name="places">
              {PLACES.map(({ name, x, y, reach }) => (
                <area
                  shape="circle"
                  coords={`${x},${y},${reach}`}
                  href={`?place=${name}`}
                  action="place"
                  value={name}
                  onclick="rr(this)"
                  alt={name}
                />
              ))}
            </map>
            <p class="said" role="status">
              {place ? `The ${place}` : 'Click one of four places.'}
            </p>
          </section>
        </div>
      </Layout>
    );
  });
};

function placeAt(x = 0, y = 0): string {
  const place = PLACES.find((place) => Math.hypot(place.x - x, place.y - y) <= place.reach);
  return place ? `the ${place.name}` : 'nothing in particular';
}

export default imageMap;
