import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';

const SIZES = ['small', 'medium', 'large'];
const TOPPINGS = ['basil', 'capers', 'mushrooms', 'olives'];

const text = Type.Optional(Type.String({ maxLength: 500 }));
/** A single choice is a text, several are an array. Without a choice the param is absent. */
const several = Type.Optional(
  Type.Union([text, Type.Array(Type.String({ maxLength: 500 }), { maxItems: 10 })]),
);
const schema = {
  querystring: Type.Object({
    size: text,
    extra: several,
    oven: text,
    topping: several,
    slices: text,
    crust: text,
    date: text,
    note: text,
  }),
};

const fields: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/fields', { schema }, ({ query }) => (
    <Layout
      title="Fields"
      lead="Every kind of field, and the values that arrive at the handler."
      source="fields.tsx"
    >
      <div class="columns">
        <form class="panel fields" oninput="rr()" onsubmit="rr(this)">
          <fieldset>
            <legend>Radio buttons</legend>
            {SIZES.map((size) => (
              <label class="choice">
                <input type="radio" name="size" value={size} checked={size === 'medium'} /> {size}
              </label>
            ))}
          </fieldset>
          <fieldset>
            <legend>Checkboxes</legend>
            {['cheese', 'garlic'].map((extra) => (
              <label class="choice">
                <input type="checkbox" name="extra" value={extra} /> {extra}
              </label>
            ))}
          </fieldset>
          <label>
            Select
            <select name="oven">
              <option value="wood">Wood fire</option>
              <option value="gas">Gas</option>
            </select>
          </label>
          <label>
            Select, several
            <select name="topping" multiple size={TOPPINGS.length}>
              {TOPPINGS.map((topping) => (
                <option>{topping}</option>
              ))}
            </select>
          </label>
          <label>
            Range
            <input type="range" name="slices" min={4} max={12} value={8} />
          </label>
          <label>
            Color
            <input type="color" name="crust" value="#d9a05b" />
          </label>
          <label>
            Date
            <input type="date" name="date" />
          </label>
          <label>
            Text
            <textarea name="note" rows={3} maxlength={500} />
          </label>
        </form>
        <section class="panel">
          <h2>request.query</h2>
          <dl class="arrived">
            {Object.entries(query).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{JSON.stringify(value)}</dd>
              </div>
            ))}
          </dl>
          {Object.keys(query).length === 0 && <p class="empty">Nothing yet: change something.</p>}
        </section>
      </div>
    </Layout>
  ));
};

export default fields;
