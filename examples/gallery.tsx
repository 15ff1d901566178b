import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { memo } from 'fastify-issr';
import { Type } from 'typebox';
import { Layout } from './layout.js';

interface Photo {
  name: string;
  time: 'morning' | 'day' | 'night';
  /** Colours from the zenith to the nearest hill. */
  colours: readonly [zenith: string, horizon: string, far: string, middle: string, near: string];
}

const PHOTOS: readonly Photo[] = [
  { name: 'First light', time: 'morning', colours: ['#3d4b7c', '#f4b393', '#8f7a9c', '#5c5478', '#2d2b45'] },
  {
    name: 'Fog in the valley',
    time: 'morning',
    colours: ['#a9bcc4', '#f1e6d6', '#b9c4c0', '#8ba09b', '#4d635f'],
  },
  { name: 'Larks', time: 'morning', colours: ['#5f8fb4', '#ffd9a0', '#a3a98b', '#748561', '#41523a'] },
  { name: 'Hay', time: 'day', colours: ['#4f9ad0', '#d9eef7', '#9bb477', '#c5b456', '#8f7f2f'] },
  { name: 'High noon', time: 'day', colours: ['#2f7fc1', '#bfe0f2', '#7fa79a', '#4f8461', '#2a5a3c'] },
  { name: 'Dunes', time: 'day', colours: ['#6fb2d6', '#f7e9c9', '#e3c48d', '#d0a565', '#a97a41'] },
  { name: 'Heath in August', time: 'day', colours: ['#7aa7cf', '#e8e3ef', '#a993b8', '#86609a', '#553a66'] },
  { name: 'After the storm', time: 'day', colours: ['#56646f', '#c8d2cf', '#6d7f7a', '#4b5f58', '#2a3833'] },
  { name: 'Last ferry', time: 'night', colours: ['#272a4f', '#d9795d', '#5a4a68', '#3b3552', '#1c1b30'] },
  { name: 'Blue hour', time: 'night', colours: ['#101f46', '#5f82b8', '#3a5686', '#263c64', '#122140'] },
  { name: 'Full moon', time: 'night', colours: ['#0a1228', '#31456b', '#28385a', '#1a2743', '#0b1226'] },
  {
    name: 'Northern lights',
    time: 'night',
    colours: ['#07162a', '#2f8f78', '#1d4a52', '#12323c', '#081a22'],
  },
];

const TIMES = ['all', 'morning', 'day', 'night'] as const;
const listSchema = { querystring: Type.Object({ time: Type.Enum([...TIMES], { default: 'all' }) }) };
const photoSchema = { params: Type.Object({ number: Type.Integer({ minimum: 1, maximum: PHOTOS.length }) }) };

/** A drawn landscape: the photos of this gallery need no files. */
const Picture = memo(({ number }: { number: number }) => {
  const { name, colours } = PHOTOS[number - 1] as Photo;
  const [zenith, horizon, ...hills] = colours;
  return (
    <svg class="landscape" viewBox="0 0 300 200" role="img" aria-label={name}>
      <defs>
        <linearGradient id={`sky-${number}`} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stop-color={zenith} />
          <stop offset="0.75" stop-color={horizon} />
        </linearGradient>
      </defs>
      <rect width="300" height="200" fill={`url(#sky-${number})`} />
      <circle
        cx={40 + ((number * 83) % 220)}
        cy={34 + ((number * 29) % 50)}
        r="15"
        fill="#fff6df"
        opacity="0.9"
      />
      {hills.map((colour, i) => (
        <path d={hill(number, i)} fill={colour} />
      ))}
    </svg>
  );
});

/** The outline of a hill: two waves, nearer ones lower and steeper. */
function hill(number: number, i: number): string {
  const points = Array.from({ length: 31 }, (_, step) => {
    const x = step * 10;
    const wave = Math.sin(x / (58 - 9 * i) + number * 1.7 + i * 2.3) * (10 + 4 * i);
    const ripple = Math.sin(x / 17 + number + i) * 3;
    return `${x} ${(112 + i * 27 + wave + ripple).toFixed(1)}`;
  });
  return `M0 200L${points.join('L')}L300 200Z`;
}

const gallery: FastifyPluginAsyncTypebox = async (fastify) => {
  // A photo's link grows into its page, and shrinks back: see "gallery" in style.css.
  fastify.issrRoute('/gallery', { schema: listSchema, url: ['time'] }, ({ query: { time } }) => (
    <Layout
      title="Gallery"
      lead="Hover over a photo or a button: its result is fetched before you click."
      source="gallery.tsx"
    >
      <div class="row">
        <span class="note">Time of day</span>
        {TIMES.map((name) => (
          <button
            type="button"
            action="time"
            value={name}
            aria-pressed={name === time}
            prefetch="hover"
            data-rr="click"
          >
            {name}
          </button>
        ))}
      </div>
      <ul class="gallery">
        {PHOTOS.map(
          (photo, i) =>
            (time === 'all' || photo.time === time) && (
              <li key={photo.name}>
                <a class="shot" id={`photo-${i + 1}`} href={`/gallery/${i + 1}`} prefetch="hover" transition>
                  <Picture number={i + 1} />
                  {photo.name}
                </a>
              </li>
            ),
        )}
      </ul>
    </Layout>
  ));

  fastify.issrRoute('/gallery/:number', { schema: photoSchema }, ({ params: { number } }) => {
    const { name, time } = PHOTOS[number - 1] as Photo;
    const next = (number % PHOTOS.length) + 1;
    return (
      <Layout title={name} lead={`Photo ${number} of ${PHOTOS.length}, ${time}.`} source="gallery.tsx">
        <figure class="photo">
          <Picture number={number} />
        </figure>
        <p class="row">
          <a class="button" href={`/gallery#photo-${number}`} prefetch="hover" transition>
            All photos
          </a>
          <a class="button" href={`/gallery/${next}`} prefetch="hover" transition>
            Next: {(PHOTOS[next - 1] as Photo).name}
          </a>
        </p>
      </Layout>
    );
  });
};

export default gallery;
