import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { defineActions, fields } from 'fastify-issr';
import { Type } from 'typebox';
import { Layout } from './layout.js';
import type { NoteStore } from './store.js';

const note = Type.Object({
  text: Type.String({ minLength: 1, maxLength: 200, errorMessage: 'Write a note of 1 to 200 characters.' }),
});

/** A page with a form and a list. Everyone who has it open sees each change. */
export const notes: FastifyPluginAsyncTypebox<{ store: NoteStore }> = async (app, { store }) => {
  app.addHook('onClose', async () => store.close());

  const actions = defineActions({
    add: {
      schema: note,
      handler: (request) => {
        store.add(request.query.text);
        void app.issr.changed('notes');
      },
    },
    remove: {
      value: Type.Integer(),
      handler: (_request, id) => {
        store.remove(id);
        void app.issr.changed('notes');
      },
    },
  });

  app.issrRoute('/', { actions }, (request) => {
    const { issr } = request;
    issr.watch('notes');
    const field = fields(request, note, {}, { values: { text: '' } });
    return (
      <Layout title="Notes">
        <form {...actions.add.form()}>
          <label>
            New note
            {/* With `update` the server's value, which is empty, replaces what was typed. */}
            <input {...field.input('text')} update={issr.action?.name === 'add'} />
          </label>
          <button>Add</button>
          <p class="error" {...field.error('text')} />
        </form>
        <ul>
          {store.all().map(({ id, text }) => (
            <li key={id}>
              {text} <button {...actions.remove(id)}>Remove</button>
            </li>
          ))}
        </ul>
      </Layout>
    );
  });
};
