import helmet from '@fastify/helmet';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';

type Parts = Record<'red' | 'green' | 'blue', number>;

const PRESETS: [name: string, parts: Parts][] = [
  ['brick', { red: 196, green: 107, blue: 74 }],
  ['corn', { red: 226, green: 182, blue: 76 }],
];
const part = (value: number) => Type.Integer({ default: value, minimum: 0, maximum: 255 });
const schema = {
  querystring: Type.Object({
    red: part(47),
    green: part(127),
    blue: part(134),
    name: Type.String({ default: '', maxLength: 40 }),
  }),
};

/** No inline script and no inline style is allowed: `data-rr` says what `onclick` would. */
const policy: FastifyPluginAsyncTypebox = async (fastify) => {
  await fastify.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': "'self'", 'script-src': "'self'", 'style-src': "'self'" },
    },
  });

  fastify.issrRoute('/policy', { schema }, ({ query: { name, ...asked }, issr: { action } }) => {
    const isGrey = action?.name === 'grey';
    const parts = isGrey ? greyOf(asked) : asked;
    return (
      <Layout
        title="Strict policy"
        lead="This page forbids all inline script and style, and still mixes a colour."
        source="policy.tsx"
      >
        <form class="panel mixer" data-rr="submit">
          <svg viewBox="0 0 100 24" role="img" aria-label="The colour">
            <rect width="100" height="24" rx="2" fill={hex(parts)} />
          </svg>
          <output>{name.trim() || hex(parts)}</output>
          {Object.entries(parts).map(([part, value]) => (
            <label>
              {part}
              <input type="range" name={part} max={255} value={value} update={isGrey} data-rr="input 50" />
            </label>
          ))}
          <label>
            Its name
            <input name="name" value={name} maxlength={40} autocomplete="off" />
          </label>
          <div class="row">
            <button class="primary">name it</button>
            <button type="button" action="grey" data-rr="click">
              grey
            </button>
            {PRESETS.map(([preset, { red, green, blue }]) => (
              <a
                class="chip"
                href={`/policy?red=${red}&green=${green}&blue=${blue}&name=${preset}`}
                data-rr="click"
              >
                {preset}
              </a>
            ))}
          </div>
        </form>
      </Layout>
    );
  });
};

function greyOf({ red, green, blue }: Parts): Parts {
  const mean = Math.round((red + green + blue) / 3);
  return { red: mean, green: mean, blue: mean };
}

function hex({ red, green, blue }: Parts): string {
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

export default policy;
