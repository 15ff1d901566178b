import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';

const schema = { querystring: Type.Object({ phone: Type.String({ default: '', maxLength: 40 }) }) };

const phone: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/phone', { schema }, ({ query }) => {
    const digits = query.phone.replace(/\D/g, '').slice(0, 10);
    return (
      <Layout
        title="Phone number"
        lead="Every keystroke is sent to the server, which formats the number."
        source="phone.tsx"
      >
        <section class="panel">
          <label>
            Ten digits
            {/* With `update` the server's value wins over what is in the field. */}
            <input
              class="large"
              type="tel"
              name="phone"
              value={format(digits)}
              update
              oninput="rr(this)"
              autocomplete="off"
              placeholder="(555) 123-4567"
            />
          </label>
          <p class="note" role="status">
            {digits.length === 10 ? 'That is a whole number.' : `${10 - digits.length} to go`}
          </p>
        </section>
      </Layout>
    );
  });
};

/** `5551234` → `(555) 123-4`. No mark before the digit that needs it: else it could not be deleted. */
function format(digits: string): string {
  const [area, exchange, line] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
  if (!exchange) return area;
  return `(${area}) ${exchange}${line && `-${line}`}`;
}

export default phone;
